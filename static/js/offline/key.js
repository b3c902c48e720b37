// The key of the pages that the device keeps. The server sets it as a cookie beside the session's, for as long as the
// session lives, and takes both away at the log-out: after that nobody reads what was kept.
const COOKIE = "device_key";

export async function cookie(name) {
  if (!("document" in self)) return (await self.cookieStore?.get(name))?.value ?? "";
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : "";
}

async function key() {
  const digits = await cookie(COOKIE);
  if (!digits || !self.crypto?.subtle) return null;
  const bytes = Uint8Array.from(digits.match(/../g), (each) => Number.parseInt(each, 16));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** `value` under the key of this log-in, or null where there is none. */
export async function seal(value) {
  const secret = await key();
  if (!secret) return null;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, secret, new TextEncoder().encode(JSON.stringify(value)));
  return { iv, sealed };
}

/** What was sealed, or null where this log-in has not sealed it. */
export async function unseal({ iv, sealed }) {
  const secret = await key();
  if (!secret) return null;
  try {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, secret, sealed)));
  } catch {
    return null;
  }
}

/** The log-out without a network: the server cannot take the key away, so the device does. */
export function dropKey() {
  document.cookie = `${COOKIE}=; Max-Age=0; path=/; SameSite=Lax`;
}
