import type { Phrase } from './answers.ts'

/** What is said about changing the approval flow in chat. Takes and gives primitives. */

const releaseNames = { at_approval: '终审通过后', first_scan: '揽收后', scan_in: '验货入库后' } as const

export const flowTexts = {
  draft: (version: number): Phrase => ({ head: `流程草稿 v${version}` }),
  live: (version: number): Phrase => ({ head: `流程 v${version} 已生效` }),
  now: (version: number): Phrase => ({ head: `退货审批流程 v${version}` }),
  level: (name: string, limit: string, from: string | undefined, exceptFrom: number | undefined) =>
    [`${name} 限${limit}`, from && `${from}起`, exceptFrom && `V${exceptFrom}以上免`].filter(Boolean).join('，'),
  was: (text: string) => `原来：${text}`,
  dropped: (text: string) => `取消：${text}`,
  added: (text: string) => `新增：${text}`,
  auto: '自动',
  autoValue: (most: string, perDay: number) => `${most}以下，每人每天${perDay}次`,
  autoOff: '不自动通过',
  sampled: (oneIn: number) => `自动通过的单每${oneIn}单抽1单由人审`,
  release: '放款',
  releaseName: (at: keyof typeof releaseNames) => releaseNames[at],
  running: (count: number) => (count === 0 ? '没有正在审的退货单' : `正在审的${count}单按原来的版本走完`),
  newOnes: '只影响之后新登记的退货单',
  /** The limits together are longer than a whole return may take. */
  tooLong: (sum: string, whole: string) => `各级时限共${sum}，超过整单${whole}`,
  arrearsUnseen: '不经财务终审的单不查应收欠款',
  notRead: (words: string) => `没看懂，未改：${words}`,
  publish: '发布',
  publishSaying: (version: number, words: string) => `发布流程v${version} ${words}`,
  goBack: (version: number) => `退回v${version}`,
  backSaying: (version: number) => `流程退回v${version}`,
  toast: '已发布',
  left: '好，流程没有改。',
  same: '现在就是这样，没有改动。',
  noEarlier: '现在是第一版，没有更早的版本可退。',
  noVersion: (live: number) => `没有这个版本可退，现在是v${live}。`,
  noLevel: (name: string) => `流程里现在没有${name}这一级。要加回来，请说：恢复${name}`,
  /** The people of one role may be few, and nobody decides two levels of one return. */
  roleTwice: (who: string, levels: readonly string[]) =>
    `这样${who}要审${levels.join('和')}，一个岗位只审一级。两级对调可以连着说，例如：复核改由财务审，终审改由仓管审。没有改动。`,
  tooMany: (most: number) => `一次最多改${most}处，请分开说。没有改动。`,
  invalid: '这样改不成立：每级1分钟到7天，每人每天1到10次，至少一级每单都审。没有改动。',
  stale: '流程刚被别人改过，请看新的再发布。没有改动。',
  denied: '改审批流程需要运营主管或总监，您的权限刚变过。已记录，未改动。',
  example: '可以说：初审改成20分钟，复核改由财务审，终审只审500元以上，流程退回上一版',
} as const
