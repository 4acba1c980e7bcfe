/** Head nouns of what the trade sells, as people say them; longer ones win. */
export const goods: readonly string[] = `
婴儿奶粉 羊奶粉 孕妇奶粉 孕产妇奶粉 配方奶粉 奶粉 液态奶 水奶 酸奶 高铁米粉 米粉 米糊 辅食 果泥 苹果泥 肉泥 菜泥 面条 米饼 饼干 磨牙饼干 磨牙棒 泡芙 溶豆 果汁 零食
纸尿裤 纸尿片 尿不湿 拉拉裤 尿布 尿片 隔尿垫 手口湿巾 湿巾 湿纸巾 棉柔巾 洗脸巾 纸巾 云柔巾 毛巾 浴巾 口水巾 围兜 围嘴 奶瓶刷 玻璃奶瓶 奶瓶 安抚奶嘴 奶嘴 吸管杯 学饮杯 保温杯 水杯 餐椅 餐具 餐盘 辅食碗 勺子 碗勺
吸奶器 储奶袋 消毒器 消毒柜 消毒锅 消毒一体机 温奶器 暖奶器 恒温壶 恒温水壶 调奶器 辅食机 双胞胎推车 婴儿推车 推车 婴儿车 手推车 童车 遛娃神器 安全座椅 儿童座椅 增高垫 提篮 婴儿床 餐摇椅 摇椅 摇篮 防踢睡袋 睡袋 抱被 包被 被子 定型枕 枕头 床垫 床品 爬行垫 爬爬垫 地垫 围栏 学步车 滑板车 平衡车 三轮车 扭扭车
玩具 积木 绘本 早教机 故事机 点读笔 摇铃 牙胶 健身架 洗发沐浴露 洗发水 沐浴露 洗衣液 洗衣皂 奶瓶清洗剂 面霜 润肤乳 身体乳 护臀膏 护臀霜 爽身粉 防晒霜 驱蚊液 驱蚊水 蚊帐 洗澡盆 浴盆 澡盆 浴网 体温计 额温枪 耳温枪 理发器 指甲剪 吸鼻器 雾化器 背带 腰凳 婴儿背带 妈咪包 待产包 产褥垫 防溢乳垫 孕妇枕 孕妇裤 哺乳内衣 收腹带 月子服 月子帽
连体衣 哈衣 爬服 和尚服 内衣 外套 羽绒服 衣服 裤子 裙子 袜子 婴儿棉袜 棉袜 帽子 鞋子 学步鞋 肚围 肚兜 手套 马甲 藻油DHA 藻油 DHA 鱼油 鱼肝油 维生素D3 维生素D 维生素 维D AD滴剂 滴剂 D3 钙片 液体钙 补钙 铁剂 益生菌 乳铁蛋白 叶酸 燕窝 营养品 保健品 礼盒
`
  .trim()
  .split(/\s+/)

/** Longest first, for building patterns. */
export const goodsLongestFirst: readonly string[] = [...goods].sort((a, b) => b.length - a.length)

/** What people say and what the catalogue writes. */
const catalogueWords: Readonly<Record<string, string>> = {
  尿不湿: '纸尿裤',
  纸尿片: '纸尿裤',
  尿片: '纸尿裤',
  湿纸巾: '湿巾',
  婴儿车: '推车',
  手推车: '推车',
  童车: '推车',
  爬爬垫: '爬行垫',
  洗脸巾: '棉柔巾',
  围嘴: '围兜',
  儿童座椅: '安全座椅',
  孕妇奶粉: '孕产妇奶粉',
}

/** The word an item of this name is found by in the catalogue. */
export function catalogueWord(product: string): string {
  return catalogueWords[product] ?? product
}
