/** Chinese the WeCom platform says by itself; everything else comes from the handlers. */

/** Last line of an answer in words whose buttons come in a card of their own. */
export const buttonsFollow = '（按钮见下一条卡片）'

/** Last line of a text that had to be cut to the platform's size. */
export const cutHint = '…（内容太长，只显示到这里。请缩小范围再问）'

/** Small line on top of a card, by tone. */
export const toneLine = { calm: '查单', warn: '请留意', alarm: '请尽快处理', done: '已办结' } as const

/** Stands where a card must show something and has nothing. */
export const nothingToShow = '—'

/** Label of the greyed button of a card that is decided. */
export const decidedLabel = '已处理'
