/** What stands before the matter: forms of address, greetings, begging. Each must be followed by the matter itself. */
const opening =
  /^(?:亲爱的|宝子|亲(?![戚自友属人家妈爸情])亲?|各位(?:老师|同事|大佬)?|大家|大佬|老师们?|小?助手|小?助理|机器人|你好|您好|哈[喽啰罗]|hello|hi(?![a-z])|嗨|在吗|在不在?(?![了我这岗班])|在么|在线吗|诶|哎|欸|喂(?!奶|养)|嗯+|额|呃|那个(?=[\s,.。])|(?:想)?请?问(?:一下|下|问|您|你)|请问|想问|咨询(?:一下|下)|(?:麻烦|劳驾|辛苦|拜托)(?:你|您|大家|各位|亲)?(?![死了的事])|有空(?:的话)?(?=帮|看|[\s,])|(?:客户|买家)(?:很|比较|挺|一直|在)?(?:急|着急|催)(?:死了|了)?(?=[\s,])|急+(?![着需用])|加急(?=[\s,:]))[\s,.。!?:;、~]*/iu

/** What stands behind it. */
const closing =
  /(?:[\s,.。!、~]+(?:急+|很急|挺急的?|比较急|有点急|加急|在线等|等(?:你|您)?回复|客户(?:在|一直)?(?:很|挺|有点)?(?:急|催|等)(?:着|死|了|呢|呀|疯)*|(?:在)?等着呢?)|谢谢(?:你|您|啦|了|哈|啊)*|多谢(?:啦|了)?|感谢|thx|thanks|3q|辛苦(?:了|啦|你|您)*|麻烦(?:了|啦|你|您)*|拜托(?:了|啦)?|[!~。.,、;\s]+|(?<=[\u4e00-\u9fff\d][吗么呢没了吧的到货款发])[呀啊哦哈噢喔咯哟]+)$/iu

const picture = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\[[\u4e00-\u9fff]{1,4}\])+/gu

/**
 * The line without greetings, begging, hurry and emoji around the matter; the whole line when nothing but those was said. A
 * reason or a name next to 麻烦 or 急 is then itself.
 */
export function withoutCourtesy(line: string): string {
  const bare = line.replace(picture, ' ').replace(/\s+/g, ' ').trim()
  const cut = peel(peel(bare, closing), opening)
  return /[\p{L}\p{N}?]/u.test(cut) ? cut : line
}

/** Off with what fits at one end, again and again, as long as something is left. */
function peel(line: string, form: RegExp): string {
  let rest = line
  for (let match = form.exec(rest); match !== null && match[0] !== ''; match = form.exec(rest)) {
    const next = (match.index === 0 ? rest.slice(match[0].length) : rest.slice(0, match.index)).trim()
    if (!/[\p{L}\p{N}]/u.test(next)) return rest
    rest = next
  }
  return rest
}
