import ts from 'typescript'

// What a source says about the world outside, read from its syntax: no comment and no text about it counts.

/** Modules that open connections. */
const network =
  /^(?:node:)?(?:https?|http2|net|tls|dgram|child_process)$|^(?:undici|axios|got|ws|node-fetch|ky)(?:\/|$)/
const globals = new Set(['fetch', 'WebSocket', 'XMLHttpRequest', 'EventSource'])
/** Of node:net, what looks at addresses only. */
const harmless = new Set(['isIP', 'isIPv4', 'isIPv6'])

/** True when it can reach another machine by itself: a global, under whatever name, or a module for it. */
export function opensConnections(text: string): boolean {
  // parsing all sources takes seconds
  if (
    !/\b(?:fetch|WebSocket|XMLHttpRequest|EventSource)\b|['"`](?:node:|https?['"`]|net|tls|dgram|child|undici|axios|got|ws|ky)/.test(
      text,
    )
  )
    return false
  let found = false
  walk(text, (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
      found ||= network.test(node.moduleSpecifier.text) && importsMore(node)
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [asked] = node.arguments
      found ||= asked !== undefined && ts.isStringLiteralLike(asked) && network.test(asked.text)
    }
    if (ts.isIdentifier(node) && globals.has(node.text)) found ||= isGlobal(node)
  })
  return found
}

function importsMore({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return false
  const named = importClause?.namedBindings
  if (named === undefined || !ts.isNamedImports(named)) return true
  return named.elements.some(
    ({ isTypeOnly, propertyName, name }) => !isTypeOnly && !harmless.has((propertyName ?? name).text),
  )
}

/** Not a member, a field, a parameter or a thing of the same name that is made here. */
function isGlobal(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return parent.expression.getText() === 'globalThis'
  if (ts.isTypeReferenceNode(parent) || ts.isTypeQueryNode(parent) || ts.isQualifiedName(parent)) return false
  const isNamed =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent)
  if (isNamed && parent.name === node) return false
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false
  for (let scope: ts.Node = node; !ts.isSourceFile(scope); scope = scope.parent)
    if (declares(scope.parent, node.text)) return false
  return true
}

function declares(scope: ts.Node, name: string): boolean {
  if (ts.isFunctionLike(scope)) return scope.parameters.some((one) => binds(one.name, name))
  if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) return false
  return scope.statements.some((one) => {
    if (ts.isFunctionDeclaration(one)) return one.name?.text === name
    if (!ts.isVariableStatement(one)) return false
    return one.declarationList.declarations.some((declared) => binds(declared.name, name))
  })
}

function binds(name: ts.BindingName, wanted: string): boolean {
  if (ts.isIdentifier(name)) return name.text === wanted
  return name.elements.some((one) => ts.isBindingElement(one) && binds(one.name, wanted))
}

/** Names it imports, from wherever. */
export function importedNames(text: string): readonly string[] {
  const names: string[] = []
  walk(text, (node) => {
    if (ts.isImportSpecifier(node) && !node.isTypeOnly) names.push((node.propertyName ?? node.name).text)
  })
  return names
}

const pathForm = /^\/[A-Za-z]/
const dottedForm = /^[A-Za-z]\w*(?:\.\w+)+(?:\/[\d.]+)?$/
const shoutedForm = /^[A-Z]+(?:_[A-Z0-9]+){2,}$/
const spokenForm = /^[a-z]+(?:_[a-z]+)+$/
/** Numbers of calls, as 快递鸟 has them. */
const numberForm = /^\d{4}$/
/** Functions and fields that take the name of a vendor's call, whatever its form. */
const callers = /(?:^|\.)(?:call|list|ask|post|send|query)$/
const callFields = new Set(['method', 'path', 'url', 'api'])
/** `fenAt(raw, 'orders.payment')`: names of fields, for messages. */
const readers = /At$/

/** Every word of an adapter that may be the name of a call at its vendor. Codes of states and errors stand in `-codes.ts` files. */
export function callNames(path: string, text: string): readonly string[] {
  const names = new Set<string>()
  walk(text, (node) => {
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateLiteralToken(node)) return
    const { parent } = node
    if (ts.isImportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return
    const name = node.text.replace(/^\./, '')
    const place = placeOf(node)
    if (place === 'message') return
    const isCalled = place === 'call' || (place === 'name' && spokenForm.test(name))
    const isCode = (numberForm.test(name) || shoutedForm.test(name)) && !path.endsWith('-codes.ts')
    // where answers are read, `orders.title` is a field
    const isField = path.endsWith('-wire.ts') && /^\w+\.\w+$/.test(name)
    if (isCalled || isCode || pathForm.test(name) || (dottedForm.test(name) && !isField)) names.add(name)
  })
  return [...names]
}

/** What the code around a text makes of it. */
function placeOf(node: ts.Node): 'call' | 'name' | 'message' | 'other' {
  const { parent } = node
  if (ts.isPropertyAssignment(parent)) {
    const field = parent.name.getText()
    return callFields.has(field) ? 'call' : field === 'name' ? 'name' : 'other'
  }
  if (!ts.isCallExpression(parent)) return 'other'
  const called = parent.expression.getText()
  if (readers.test(called)) return 'message'
  const isNamed = callers.test(called) ? parent.arguments[0] === node : called === 'pathOf'
  return isNamed ? 'call' : 'other'
}

/** HTTP verbs beside those that adapters use. */
export function strangeVerbs(text: string): readonly string[] {
  const verbs: string[] = []
  if (!/\b(?:PUT|DELETE|PATCH)\b/i.test(text)) return verbs
  walk(text, (node) => {
    if (ts.isStringLiteralLike(node) && /^(?:PUT|DELETE|PATCH)$/i.test(node.text)) verbs.push(node.text)
  })
  return verbs
}

function walk(text: string, see: (node: ts.Node) => void): void {
  const visit = (node: ts.Node): void => {
    see(node)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('one.ts', text, ts.ScriptTarget.Latest, true))
}
