/** Compares two texts in a time that depends only on their lengths, not on the position of the first difference. */
export function equalTexts(a: string, b: string): boolean {
  let differences = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) differences |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return differences === 0;
}
