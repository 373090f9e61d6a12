/** For `toJSON` of shared things, of which a text would be no part. `instead` names what could be sent. */
export function refuseJson(name: string, instead: string = ""): never {
  throw new TypeError(`Cannot turn ${name} into JSON: pass it as it is${instead}`);
}
