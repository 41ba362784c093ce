import path from 'node:path';

/** esbuild plugin: the command line and the tenant endpoint run where there is no editor, so they may not import it. */
export const withoutVscode = {
  name: 'without-vscode',
  setup({ onResolve }) {
    onResolve({ filter: /^vscode$/ }, ({ importer }) => ({
      errors: [{ text: `${path.basename(importer)} imports vscode, but runs headless.` }],
    }));
  },
};
