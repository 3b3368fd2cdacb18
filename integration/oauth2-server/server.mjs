// npm @node-oauth/oauth2-server on loopback. Its refresh grant revokes the old refresh token and
// leaves the old access token alive until its own expiry. start.sh runs it with
//
//   STATE       a folder for the log
//   ACCESS_TTL  lifetime of an access token in seconds (600)
//
// It listens on a free port and then prints its URL. It ends when its standard input ends. The
// package has the token endpoint and checks bearer tokens. This file keeps the tokens in memory and
// has the other endpoints:
//
//   POST /token               client_credentials, password (the password is the name), refresh_token
//   POST /revoke              RFC 7009: revokes only the token in the request
//   POST /introspect          RFC 7662. The client "stranger" always gets active: false
//   GET  /api/…               an API that the package protects: 200, or 401 with error="invalid_token"
//   GET  /check[?scope=NAME]  for nginx's auth_request: 204 or 401, without a reason in a header
//
// STATE/access.jsonl gets a line for each request, without tokens: known is true if this server
// issued the bearer token, alive or not, and length is its length.
import { appendFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import OAuth2Server from '@node-oauth/oauth2-server';

const { Request, Response } = OAuth2Server;
const life = Number(process.env.ACCESS_TTL || 600);
const clients = new Map([['orders', 'orders-secret'], ['stranger', 'stranger-secret']]);
const access = new Map(); // by the token itself, like refresh
const refresh = new Map();
const issued = new Set(); // all access tokens ever issued

const model = {
  getClient: (id, secret) => clients.has(id) && (secret === null || clients.get(id) === secret) &&
    { id, grants: ['client_credentials', 'password', 'refresh_token'] },
  getUser: (name, password) => name && name === password && { name },
  getUserFromClient: (client) => ({ name: client.id }),
  validateScope: (user, client, scope) => scope ?? ['orders:read'],
  verifyScope: (token, scope) => scope.every((one) => token.scope.includes(one)),
  getAccessToken: (token) => access.get(token),
  getRefreshToken: (token) => refresh.get(token),
  revokeToken: (token) => refresh.delete(token.refreshToken),
  saveToken(token, client, user) {
    const saved = { ...token, client, user };
    access.set(saved.accessToken, saved);
    issued.add(saved.accessToken);
    if (saved.refreshToken) refresh.set(saved.refreshToken, saved);
    return saved;
  },
};
const server = new OAuth2Server({ model, accessTokenLifetime: life, refreshTokenLifetime: 3600 });

// client returns the name of the authenticated client (Basic or body), or undefined.
function client(req) {
  const [id, secret] = (/^basic /i.test(req.headers.authorization ?? '')
    ? Buffer.from(req.headers.authorization.slice(6), 'base64').toString().split(':')
    : [req.body.client_id, req.body.client_secret]);
  return clients.has(id) && clients.get(id) === secret ? id : undefined;
}

function introspect(asker, token) {
  const found = access.get(token) ?? refresh.get(token);
  const until = found && (found.accessToken === token ? found.accessTokenExpiresAt : found.refreshTokenExpiresAt);
  if (asker === 'stranger' || !(until > new Date())) return { active: false };
  return {
    active: true, client_id: found.client.id, username: found.user.name, scope: found.scope.join(' '),
    exp: Math.floor(until / 1000),
  };
}

// authenticate lets the package check the bearer token.
async function authenticate(req, options) {
  const answer = new Response({});
  try {
    await server.authenticate(new Request(req), answer, options);
    return { status: 200, headers: answer.headers, body: { ok: true } };
  } catch (err) {
    return { status: err.code, headers: answer.headers, body: { error: err.name, error_description: err.message } };
  }
}

const endpoints = {
  async 'POST /token'(req) {
    const answer = new Response({});
    await server.token(new Request(req), answer).catch(() => {}); // the answer holds the error
    return { status: answer.status, headers: answer.headers, body: answer.body };
  },
  async 'POST /revoke'(req) {
    if (!client(req)) return { status: 401, body: { error: 'invalid_client' } };
    access.delete(req.body.token);
    refresh.delete(req.body.token);
    return { status: 200 };
  },
  async 'POST /introspect'(req) {
    const asker = client(req);
    if (!asker) return { status: 401, body: { error: 'invalid_client' } };
    return { status: 200, body: introspect(asker, req.body.token) };
  },
  async 'GET /check'(req) {
    const { status } = await authenticate(req, req.query.scope ? { scope: [req.query.scope] } : {});
    return { status: status === 200 ? 204 : 401 };
  },
  'GET /api': (req) => authenticate(req),
};

async function answer(raw) {
  const url = new URL(raw.url, 'http://localhost');
  const parts = [];
  for await (const part of raw) parts.push(part);
  const form = new URLSearchParams(Buffer.concat(parts).toString());
  const req = {
    method: raw.method, headers: raw.headers,
    query: Object.fromEntries(url.searchParams), body: Object.fromEntries(form),
  };
  const endpoint = endpoints[`${raw.method} ${url.pathname.replace(/^(\/api)\/.*/, '$1')}`];
  const given = endpoint ? await endpoint(req) : { status: 404, text: '404 page not found\n' };
  const bearer = /^bearer +(\S+)$/i.exec(raw.headers.authorization ?? '')?.[1];
  const said = {
    method: raw.method, path: url.pathname, status: given.status,
    client: client(req), grant: req.body.grant_type,
    ...bearer && { known: issued.has(bearer), length: bearer.length },
  };
  appendFileSync(join(process.env.STATE, 'access.jsonl'), `${JSON.stringify(said)}\n`);
  return given;
}

const listener = http.createServer((raw, res) => {
  answer(raw).catch((err) => {
    console.error(err);
    return { status: 500 };
  }).then(({ status, headers, body, text }) => {
    res.writeHead(status, { ...headers, ...body && { 'content-type': 'application/json' } });
    res.end(text ?? (body ? `${JSON.stringify(body)}\n` : ''));
  });
});
listener.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${listener.address().port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
