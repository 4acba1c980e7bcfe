import { buttonSlots, cardVariables, factSlots, lineSlots } from '../card.ts'

/**
 * Builds templates/order-card.json, the file an installer imports at open-dev.dingtalk.com/fe/card (README.md beside it).
 * The editor's format is on no page; it was read from templates that the editor exported (schema 3.0.0, 2026-11-22). The
 * compiled layout (`widgetInfo`) stays empty: the editor makes it when the template is published. A test keeps the file equal.
 */
export function orderCardTemplate(): Readonly<Record<string, unknown>> {
  const editorData = {
    schemaVersion: '3.0.0',
    schema: { version: '1.0.0', componentsMap: components.map(componentOf), componentsTree: [root()], i18n: {} },
    mockData: { cardData: mock, cardPrivateData: {}, localData: {}, richTextData: {} },
    editVersion: 0,
    customWidgetInfo: '',
    useCustomWidgetInfo: false,
    variableList: cardVariables.map(variable),
    formList: [],
    expList: [],
    localList: [],
    hsfList: [],
    lwpList: [],
    extension: { extendType: 'NORMAL', fileTypeList: [] },
  }
  return { editorData: JSON.stringify(editorData), widgetInfo: '', type: 'im', mode: 'card' }
}

type Props = Readonly<Record<string, unknown>>
type Node = {
  readonly componentName: string
  readonly id: string
  readonly props: Props
  readonly children?: readonly Node[]
}

const components = ['BaseText', 'ButtonList', 'Divider', 'Card']
const componentOf = (componentName: string) => ({
  package: '@ali/dxComponent',
  version: '1.0.0',
  exportName: componentName,
  main: './src/index.tsx',
  destructuring: false,
  subName: '',
  componentName,
})

const mock: Readonly<Record<string, string>> = {
  ...Object.fromEntries(cardVariables.map((name) => [name, ''])),
  lastMessage: '【运输中】预计11-23送达',
  title: '【运输中】已到杭州萧山转运中心,预计11-23送达',
  tone: 'warn',
  bar: '超过48小时没有新轨迹',
  fact1: '订单：抖音…2563',
  fact2: '商品：3段奶粉×2',
  fact3: '快递：中通75894561230147',
  note: '数据截至10:05 · 抖音推送09:58',
  round: '0',
  label1: '复制话术',
  style1: 'go',
  token1: 'sample-1',
  label2: '完整时间线',
  style2: 'plain',
  token2: 'sample-2',
}

const meanings: readonly (readonly [RegExp, string])[] = [
  [/^lastMessage$/, '会话列表里的摘要'],
  [/^title$/, '结论，一行'],
  [/^tone$/, 'calm 平常 · warn 黄条 · alarm 红条 · done 已办结'],
  [/^bar$/, '提示条，空则不显示'],
  [/^fact/, '事实行，空则不显示'],
  [/^line/, '补充行，空则不显示'],
  [/^note$/, '数据截至与来源'],
  [/^toast$/, '只给点击的人看的一句话'],
  [/^round$/, '重绘序号，随点击带回'],
  [/^label/, '按钮文字，空则不显示'],
  [/^style/, '按钮样式 go / stop / plain'],
  [/^token/, '按钮令牌，随点击带回'],
]

const variable = (name: string) => ({
  id: name,
  name,
  type: 'string',
  private: false,
  description: meanings.find(([pattern]) => pattern.test(name))?.[1] ?? name,
  editorVarType: 'variables',
})

const fixedText = (content: string) => ({ type: 'dynamicString', content, i18n: false })
const fixedLink = { type: 'dynamicLink', value: '', valueType: 'fixed', variable: '', variableType: 'global' }
const noVariable = { type: 'variableValue', variableType: 'global', variable: '' }

type Condition = readonly [name: string, op: 'equal' | 'notEqual', value: string]

function visibleWhen(...conditions: readonly Condition[]) {
  return {
    type: 'dynamicVisible',
    value: true,
    valueType: conditions.length === 0 ? 'fixed' : 'condition',
    condition: {
      op: 'and',
      conditions: conditions.map(([name, op, value]) => ({
        type: 'variable',
        variable: name,
        variableType: 'global',
        op,
        value,
        valueType: 'fixed',
        valueVariableType: 'global',
      })),
    },
  }
}

const nodeOf = (componentName: string, id: string, title: string, props: Props): Node => ({
  componentName,
  id: `node_chadan_${id}`,
  props,
  ...{ title, hidden: false, isLocked: false, condition: true, conditionGroup: '' },
})

function root(): Node {
  const children = [
    textNode('title', 'title', { bold: true, maxLine: 3 }),
    textNode('barWarn', 'bar', { colours: ['#B26A00', '#FFB84D'] }, ['tone', 'equal', 'warn']),
    textNode('barAlarm', 'bar', { colours: ['#D92D20', '#FF7A6E'] }, ['tone', 'equal', 'alarm']),
    textNode('barCalm', 'bar', {}, ['tone', 'notEqual', 'warn'], ['tone', 'notEqual', 'alarm']),
    nodeOf('Divider', 'divider', '分割线', divider),
    ...factSlots.map((slot) => textNode(`fact${slot}`, `fact${slot}`, {})),
    ...lineSlots.map((slot) => textNode(`line${slot}`, `line${slot}`, {})),
    textNode('note', 'note', { colours: ['#66171A1D', '#66EEF2F8'], size: 'small' }),
    textNode('toast', 'toast', { colours: ['#007FFF', '#4DA5FF'], size: 'small' }),
    // three in a row: six labels of ten characters do not fit side by side
    buttonRow('rowOne', buttonSlots.slice(0, 3)),
    buttonRow('rowTwo', buttonSlots.slice(3)),
  ]
  return { ...nodeOf('Card', 'card', '', cardProps), children }
}

const margins = { marginLeft: 12, marginRight: 12, marginTop: 6, marginBottom: 0, innerOffset: 0, margin: -2 }
const divider = { ...margins, height: 30, direction: 'horizontal', visible: visibleWhen(), color: '#1F111F2C' }

const cardProps = {
  url: fixedLink,
  showCloseButton: false,
  isLinkToCard: false,
  actionType: 'url',
  urlType: 'all',
  androidUrl: fixedLink,
  pcUrl: fixedLink,
  iosUrl: fixedLink,
  linkCondition: visibleWhen(),
  events: [],
  dataSources: [],
  disabledWhileForward: true,
  enableOnAppear: false,
  autoFoldConfig: { needFold: false, heightLimit: 480, foldStatusLocalDataKey: '_cardFoldStatusLocalDataKey' },
  summaryContent: { type: 'variableValue', variableType: 'global', variable: 'lastMessage' },
  enableClickEvent: false,
  enableStatPoint: false,
  enableExposeStatPoint: false,
}

type Look = {
  readonly bold?: boolean
  readonly maxLine?: number
  readonly size?: 'small' | 'middle'
  /** Light and dark mode. */
  readonly colours?: readonly [string, string]
}

/** One line that shows a variable and takes no room while it is empty. */
function textNode(id: string, name: string, look: Look, ...also: readonly Condition[]): Node {
  const [light, dark] = look.colours ?? ['#171A1D', '#EEF2F8']
  const number = (value: number) => ({ type: 'dynamicNumber', valueType: 'fixed', value, variable: '', variableType: 'global' })
  const colour = (value: string) => ({ type: 'dynamicColor', valueType: 'fixed', value, variable: '', variableType: 'global' })
  return nodeOf('BaseText', id, '基础文本', {
    ...margins,
    text: fixedText(`\${${name}}`),
    maxLine: number(look.maxLine ?? 2),
    icon: fixedLink,
    darkIcon: fixedLink,
    visible: visibleWhen([name, 'notEqual', ''], ...also),
    fontColorType: look.colours === undefined ? 'Standard' : 'Custom',
    color: 'black',
    customLightColor: colour(light),
    customDarkColor: colour(dark),
    maxWidth: 100,
    width: 100,
    autoWidth: false,
    autoMaxWidth: false,
    fixedWidth: 0,
    gravity: 'left',
    fontSizeType: 'Standard',
    size: look.size ?? 'middle',
    customFontSize: 15,
    customFontLineHeight: 22,
    lineHeight: 'normal',
    bold: look.bold ?? false,
    italic: false,
    strikeThrough: false,
    hoverText: fixedText(''),
    enableHighlight: false,
    enableIcon: false,
    styleType: 'custom',
    styleToken: 'common_body_text_style',
  })
}

const colours = { go: 'blue', stop: 'red', plain: 'gray' } as const

/** The editor fixes a button's colour, so every slot stands there once per style and shows the one that is set. */
function buttonRow(id: string, slots: readonly number[]): Node {
  const styles = ['go', 'stop', 'plain'] as const
  return nodeOf('ButtonList', id, '横排按钮', {
    ...margins,
    direction: 'horizontal',
    widthMode: 'AutoWidth',
    buttons: { type: 'button', list: slots.flatMap((slot) => styles.map((style) => button(slot, style))) },
    visible: visibleWhen([`label${slots[0]}`, 'notEqual', '']),
  })
}

function button(slot: number, style: keyof typeof colours): Props {
  return {
    id: `${style}${slot}`,
    text: fixedText(`\${label${slot}}`),
    status: 'normal',
    color: colours[style],
    icon: fixedLink,
    darkModeIcon: fixedLink,
    iconType: 'image',
    visible: visibleWhen([`label${slot}`, 'notEqual', ''], [`style${slot}`, 'equal', style]),
    // 回传请求: the only event that comes back to the desk
    actionType: 'request',
    actionId: fixedText(`button${slot}`),
    params: [param('1', 'token', `token${slot}`), param('2', 'round', 'round')],
    successToast: fixedText(''),
    failureToast: fixedText('没有送达，请再点一次'),
    successCondition: { op: 'and', conditions: [] },
    statPoint: fixedText(''),
    statPointParams: [],
    urlType: 'all',
    url: fixedLink,
    androidUrl: fixedLink,
    pcUrl: fixedLink,
    iosUrl: fixedLink,
    isDtmd: false,
    copyVariable: noVariable,
    events: [],
    dataSources: [],
    fixWidth: false,
    fixedWidth: 0,
    autoWidth: true,
  }
}

const param = (id: string, name: string, from: string) => ({
  id,
  name,
  type: 'variable',
  value: '',
  variable: from,
  variableType: 'global',
})
