/**
 * The one-file build of Handlebars, which its site offers for download. It loads in half the time of the main entry, and
 * bundlers do not warn about it: the main entry registers a `require` hook for template files.
 */
declare module 'handlebars/dist/handlebars.js' {
  import Handlebars from 'handlebars';
  export default Handlebars;
}
