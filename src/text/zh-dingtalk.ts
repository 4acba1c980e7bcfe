/** Chinese the DingTalk platform says by itself; everything else comes from the handlers. */

/** The line of a fact in a message without columns. */
export const factLine = (label: string, value: string): string => `${label}：${value}`

/** Stands where a text had to be cut to fit into one message. */
export const cutMark = '…（太长，已截断）'

/** A file that came without a name. */
export const namelessFile = '未命名文件'

/** The chat list shows this for a card whose title is empty. */
export const namelessCard = '查单结果'
