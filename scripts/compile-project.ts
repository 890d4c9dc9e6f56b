import { join, sep } from 'node:path';
import ts from 'typescript';

/** Files outside of the projects: the declarations of packages, and of the language. */
const shared = new Map<string, ts.SourceFile>();

/**
 * Compiles a project as `tsc -p` does. Projects that are compiled in the same process share what they import: each of its
 * files is parsed once.
 *
 * @param root the folder of the project
 * @returns the problems, as `tsc` prints them
 */
export function compileProject(root: string): string[] {
  const formatHost: ts.FormatDiagnosticsHost = {
    getCurrentDirectory: () => root,
    getCanonicalFileName: (file) => file,
    getNewLine: () => '\n',
  };
  const format = (diagnostics: readonly ts.Diagnostic[]) =>
    ts.formatDiagnostics(diagnostics, formatHost).split('\n').filter(Boolean);

  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram(fileNames, options, {
    ...host,
    getCurrentDirectory: () => root,
    getSourceFile(file, ...rest) {
      if (file.startsWith(root + sep)) return host.getSourceFile(file, ...rest);
      const source = shared.get(file) ?? host.getSourceFile(file, ...rest);
      if (source) shared.set(file, source);
      return source;
    },
  });
  const { diagnostics } = program.emit();
  return format([...errors, ...ts.getPreEmitDiagnostics(program), ...diagnostics]);
}
