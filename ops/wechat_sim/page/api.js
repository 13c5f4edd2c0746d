/** The stand-in's own routes. What fails says so in a sentence. */

const NO_ANSWER = "微信替身没有应答。";

export async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(await sentence(response));
  return response.json();
}

export async function post(path, body) {
  const form = body instanceof FormData;
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: form ? {} : { "Content-Type": "application/json" },
      body: form ? body : JSON.stringify(body ?? {}),
    });
  } catch {
    throw new Error(NO_ANSWER);
  }
  if (!response.ok) throw new Error(await sentence(response));
  return response.json();
}

async function sentence(response) {
  const body = await response.json().catch(() => ({}));
  return typeof body.detail === "string" ? body.detail : "这样填不对，请改一下再试。";
}
