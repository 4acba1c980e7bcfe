/** Traditional characters of the trade's words and of common names; nothing that has two meanings in simplified writing. */
const pairs =
  '單单訂订號号運运貨货發发還还沒没麼么誰谁裡里裏里們们個个這这嗎吗點点開开幾几時时間间後后來来為为過过對对會会' +
  '見见說说問问請请幫帮詢询進进倉仓庫库錢钱額额帳账賬账處处審审關关聯联絡络簽签領领遞递馬马駐驻遲迟達达郵邮順顺' +
  '豐丰圓圆韻韵極极東东貓猫門门線线經经銷销買买賣卖購购贈赠禮礼劵券優优價价觸触層层級级員员標标籤签碼码紙纸褲裤' +
  '濕湿嬰婴兒儿媽妈爺爷車车輛辆裝装鈣钙維维劑剂餅饼乾干麵面絲丝綠绿藍蓝紅红黃黄長长張张劉刘陳陈楊杨趙赵吳吴孫孙' +
  '馮冯鄭郑許许韓韩蕭萧鄧邓葉叶蘇苏呂吕偉伟傑杰麗丽靜静潔洁強强華华蘭兰鳳凤齊齐鐵铁龍龙歐欧陽阳顏颜龔龚嚴严賴赖' +
  '譚谭盧卢陸陆賀贺顧顾羅罗賈贾鍾钟鄒邹異异損损壞坏遺遗壓压補补換换駁驳絕绝決决據据狀状態态蹤踪軌轨跡迹動动斷断' +
  '準准備备註注釋释條条項项類类數数總总計计統统話话電电訊讯簡简網网頁页圖图詳详細细節节應应該该從从讓让給给與与' +
  '當当內内萬万億亿歲岁週周術术師师區区縣县鎮镇鄉乡樓楼場场廠厂廣广濱滨國国際际稅税報报檢检驗验證证業业務务團团'

const both = [...pairs]

/** Traditional → simplified, one character each. */
export const simplified: ReadonlyMap<string, string> = new Map(
  both.flatMap((sign, index) => (index % 2 === 0 ? [[sign, both[index + 1] ?? sign] as const] : [])),
)
