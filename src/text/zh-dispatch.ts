/** What the desk says when it cannot let a handler speak. Short and exact: who, what now, where to turn. */

const roleNames: Readonly<Record<string, string>> = {
  cs: '客服',
  cs_lead: '客服组长',
  warehouse: '仓管',
  finance: '财务',
  ops: '运营主管',
  director: '运营总监',
  it: 'IT',
}

const deeds: Readonly<Record<string, string>> = {
  ask: '查单',
  'see-full': '看完整手机号和地址',
  import: '导入表格',
  admin: '改成员和设置',
}

/** Somebody who is not in the member list. `userId` is what IT has to enter. */
export function strangerText(userId: string): string {
  return `您还不在查单的成员名单里，暂时不能为您查。请把这个账号发给 IT 登记：${userId}，登记好就能直接问。`
}

/** Somebody the platform does not vouch for: an outside contact, an unpublished robot. */
export const unknownSenderText = '认不出您的账号，不能为您查。请用公司的账号来问；已经是公司账号的，请找 IT 登记。'

/** A member who lacks the right, with the roles that have it. */
export function refusedText(permission: string, holders: readonly string[]): string {
  const who = holders.map((role) => roleNames[role] ?? role).join('、')
  return `${deeds[permission] ?? '这一步'}需要${who}的权限，可以请他们来做。已记录，什么都没有改动。`
}

/** In a group, in place of what is only for the one who asked. */
export const toldPrivatelyText = '已私聊告诉您。'

/** Something broke while the answer was made. `traceId` finds it in the log. */
export function apologyText(traceId: string): string {
  return `这次没查成，是我这边出错了。请再发一次；还不行就把编号 ${traceId} 发给 IT。`
}

/** Nobody answered in time and the question is old by now. `clock` is HH:MM, China time. */
export function tooLateText(clock: string): string {
  return `您 ${clock} 发的消息我没能及时处理。还需要的话，请再发一次。`
}

const kinds: Readonly<Record<string, string>> = {
  voice: '语音',
  video: '视频',
  sticker: '表情',
  location: '位置',
  link: '链接',
  file: '文件',
  image: '图片',
}

/** A message of a kind that cannot be read. */
export function unreadableText(what: string): string {
  return `看不懂${kinds[what] ?? '这种'}消息。请打字发单号、手机号或姓名，例如：6936476692437472563 到哪了`
}
