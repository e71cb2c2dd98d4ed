import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { beforeAll, expect, test } from 'vitest'
import { MANGLED_NAMES } from '../src/mangled-names.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

let program: ts.Program
let checker: ts.TypeChecker
beforeAll(() => {
  program = ts.createProgram([path('../src/browser/index.ts'), path('../src/script/index.ts')], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    strict: true,
    noEmit: true,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  })
  checker = program.getTypeChecker()
}, 60_000)

/** Names of the types that an application can import, and of those that they extend. */
function publicTypes(): Set<string> {
  const entry = program.getSourceFile(path('../src/browser/index.ts')) as ts.SourceFile
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(entry) as ts.Symbol)
  const types = exported.map((symbol) => {
    const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    return checker.getDeclaredTypeOfSymbol(original)
  })
  const bases = types.flatMap((type) => (type.isClassOrInterface() ? checker.getBaseTypes(type) : []))
  return new Set([...types, ...bases].flatMap((type) => (type.aliasSymbol ?? type.symbol)?.name ?? []))
}

/** Where a property is declared: its file, and the type at the top of it. */
function placeOf(declaration: ts.Node): { readonly file: string; readonly type: string } {
  let top = declaration
  while (!ts.isSourceFile(top.parent)) top = top.parent
  const type = ts.isInterfaceDeclaration(top) || ts.isTypeAliasDeclaration(top) ? top.name.text : ''
  return { file: declaration.getSourceFile().fileName, type }
}

/** Every place of a source where a property is named, with its declarations. */
function* properties(node: ts.Node): Generator<{ readonly name: string; readonly declarations: readonly ts.Node[] }> {
  if (ts.isIdentifier(node) && namesProperty(node)) {
    yield { name: node.text, declarations: symbolsOf(node).flatMap((symbol) => symbol.declarations ?? []) }
  }
  for (const child of node.getChildren()) yield* properties(child)
}

function namesProperty(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node
  if (ts.isBindingElement(parent)) return (parent.propertyName ?? parent.name) === node
  return (ts.isObjectLiteralElementLike(parent) || ts.isTypeElement(parent)) && parent.name === node
}

/** The property itself, and the one of the type that an object literal or a pattern is made for. */
function symbolsOf(node: ts.Identifier): ts.Symbol[] {
  const { parent } = node
  const whole = parent.parent
  const types: (ts.Type | undefined)[] = []
  if (ts.isPropertyAccessExpression(parent)) types.push(checker.getTypeAtLocation(parent.expression))
  if (ts.isObjectLiteralExpression(whole))
    types.push(checker.getTypeAtLocation(whole), checker.getContextualType(whole))
  if (ts.isObjectBindingPattern(whole)) types.push(checker.getTypeAtLocation(whole))
  const own = ts.isTypeElement(parent) ? checker.getSymbolAtLocation(node) : undefined
  const found = types.flatMap((type) => type?.getNonNullableType().getProperty(node.text) ?? [])
  return own ? [own, ...found] : found
}

test('a name that the build shortens is the core’s own everywhere: no option, signal, wire field or name of the platform', () => {
  const mangled: ReadonlySet<string> = new Set(MANGLED_NAMES)
  const open = publicTypes()
  expect(open).toContain('Tracker')
  expect(open).toContain('CoreOptions')
  const seen = new Set<string>()
  for (const source of program.getSourceFiles()) {
    if (!source.fileName.startsWith(path('../src/'))) continue
    for (const { name, declarations } of properties(source)) {
      if (!mangled.has(name)) continue
      seen.add(name)
      const foreign = declarations
        .map((declaration) => placeOf(declaration))
        .filter(({ file, type }) => !file.startsWith(path('../src/')) || open.has(type))
      expect({ name, in: source.fileName, foreign, isKnown: declarations.length > 0 }).toEqual({
        name,
        in: source.fileName,
        foreign: [],
        isKnown: true,
      })
    }
  }
  expect([...seen].sort()).toEqual([...MANGLED_NAMES])
})
