/** The texts on link pages. */
export interface LinkTexts {
  /** The language of these texts (BCP 47). */
  lang: string;
  /** The heading above the button. */
  title: string;
  /** The text between the heading and the button. `{address}` is replaced with the recipient's masked address. */
  text: string;
  /** The same, for a link whose recipient is not known. */
  textWithoutAddress: string;
  button: string;
  doneTitle: string;
  doneText: string;
  /** Link to another site. */
  continue: string;
  failedTitle: string;
  /** For a link that was used or replaced, or that does not exist. */
  notFoundText: string;
  expiredText: string;
  /** For all other failures, such as a form that was sent from another site. */
  failedText: string;
  /** The heading above the code that a link shows in another browser. */
  otherBrowserTitle: string;
  /** The text between that heading and the code. */
  otherBrowserText: string;
  /** The text for a link that has no code, because it works only in the browser that requested it. */
  otherBrowserTextWithoutCode: string;
  /** The text below the code. */
  shareWarning: string;
  /** The heading above the form for the code. */
  enterCodeTitle: string;
  /** The text between that heading and the form. */
  findCodeText: string;
  codeLabel: string;
  wrongCodeText: string;
  /** Replaces the form in a browser that did not request a link. */
  cookieText: string;
}
