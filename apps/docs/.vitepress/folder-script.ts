/**
 * Makes a page work when a browser opens its file from a folder. Browsers load no ES modules from there, so search and
 * the switch for dark mode are hidden (`theme/folder.css`), and links must be relative.
 */
export function folderScript(base: string, page: string): string {
  const root = '../'.repeat(page.split('/').length - 1) || './';
  return `if (location.protocol === 'file:') addEventListener('DOMContentLoaded', () => {
  document.documentElement.classList.add('from-folder');
  for (const name of ['href', 'src'])
    for (const element of document.querySelectorAll('[' + name + '^="${base}"]'))
      element.setAttribute(name, '${root}' + element.getAttribute(name).slice(${base.length}).replace(/(?<=^|\\/)(?=$|#)/, 'index.html'));
});`;
}
