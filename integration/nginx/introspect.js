// What the gateway thinks of a token: 204 lets it through, 401 does not, 502 when the authorization server could
// not be asked. The answer of the server is what nginx caches, not this verdict.
import crypto from 'crypto';

function bearer(r) {
  const found = /^bearer +(\S+)$/i.exec(r.headersIn.Authorization || '');
  return found ? found[1] : '';
}

async function verdict(r) {
  const token = bearer(r);
  if (!token) return r.return(401);
  const answer = await r.subrequest('/introspect', { method: 'POST', body: 'token=' + encodeURIComponent(token) });
  if (answer.status !== 200) return r.return(502);
  const said = JSON.parse(answer.responseText);
  const live = said.active && !(said.exp <= Date.now() / 1000);
  const bound = said.cnf && said.cnf.jkt; // a DPoP token is no bearer token (RFC 9449 section 7.1)
  r.return(live && !bound ? 204 : 401);
}

// fingerprint is for the log: the first 8 hex digits of the token's SHA-256, as lanyard shows it.
function fingerprint(r) {
  return crypto.createHash('sha256').update(bearer(r)).digest('hex').slice(0, 8);
}

export default { bearer, fingerprint, verdict };
