/** Why it is not plain how the code can be changed. */
export class NotPlain extends Error {}
