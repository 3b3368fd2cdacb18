// The gateway's verdict on a token: 204 accepts it, 401 refuses it, 502 means that the authorization
// server did not answer. nginx caches the answer of the server, not this verdict.
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

// fingerprint returns the first 8 hex digits of the token's SHA-256, for the log.
function fingerprint(r) {
  return crypto.createHash('sha256').update(bearer(r)).digest('hex').slice(0, 8);
}

export default { bearer, fingerprint, verdict };
