/** Device names on Windows, with any extension and in any letter case. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

const LONGEST = 100;

/** Whether a usage type is a valid folder name on every system, and stays inside its directory. */
export const isFolderName = (name: string): boolean =>
  name.length <= LONGEST &&
  /^[\p{L}\p{N}][\p{L}\p{N}\p{M}_. -]*$/u.test(name) &&
  !/[. ]$/.test(name) &&
  !DEVICE.test(name);

/** Whether a language tag is a valid folder name on every system. */
export const isLocaleFolderName = (name: string): boolean =>
  name.length <= LONGEST && /^[a-z\d]+(?:[-_][a-z\d]+)*$/i.test(name) && !DEVICE.test(name);
