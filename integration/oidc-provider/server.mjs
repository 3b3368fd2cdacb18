// npm oidc-provider on loopback: the authorization server of the integration tests. start.sh runs it
// with
//
//   STATE       a folder with ca.pem's server.pem and server.key, client.pub and tls-client.pem
//   ACCESS_TTL  lifetime of an access token in seconds (600)
//
// It listens on two free ports, http and https, as two issuers with the same clients, and then prints
// both issuers on one line. STATE/access.jsonl gets a line for each request: method, path, status,
// client and grant, never a body. It ends when its standard input ends.
//
// It accepts any user name and password: the login and consent pages are the package's own for
// development.
import { X509Certificate, createPublicKey, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';

console.info = console.warn = () => {}; // the package's advice for production
const { default: Provider, errors } = await import('oidc-provider');

const state = process.env.STATE;
const life = Number(process.env.ACCESS_TTL || 600);
const read = (name) => readFileSync(join(state, name));
const device = 'urn:ietf:params:oauth:grant-type:device_code';
const jwtAPI = 'urn:api:jwt'; // resource=urn:api:jwt requests a JWT access token

// A certificate as the JWK that self_signed_tls_client_auth compares with (RFC 8705 section 2.2.2).
function certificateKey(pem) {
  const cert = new X509Certificate(pem);
  return { ...cert.publicKey.export({ format: 'jwk' }), x5c: [cert.raw.toString('base64')] };
}

const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
const native = {
  application_type: 'native', token_endpoint_auth_method: 'none',
  // without a port: a native client may use any (RFC 8252 section 7.3)
  redirect_uris: ['http://127.0.0.1/callback'], response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token', device],
};
const clients = [
  {
    client_id: 'orders', client_secret: 'orders-secret', application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'], response_types: ['code'],
    grant_types: ['client_credentials', 'password', 'authorization_code', 'refresh_token', device],
  },
  // an identifier and a secret with the characters that form-encoding and Basic change
  { ...machine, client_id: 'odd client+id', client_secret: 'p@ss:w%rd/+ &="~' },
  { ...machine, client_id: 'post', client_secret: 'post-secret', token_endpoint_auth_method: 'client_secret_post' },
  {
    ...machine, client_id: 'signed', token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [createPublicKey(read('client.pub')).export({ format: 'jwk' })] },
  },
  {
    ...machine, client_id: 'mutual', token_endpoint_auth_method: 'self_signed_tls_client_auth',
    jwks: { keys: [certificateKey(read('tls-client.pem'))] },
  },
  { ...machine, client_id: 'bound', client_secret: 'bound-secret', dpop_bound_access_tokens: true },
  { ...native, client_id: 'console' },
  // answer late, so that two requests really overlap
  { ...machine, client_id: 'slow', client_secret: 'slow-secret', grant_types: ['password', 'refresh_token'] },
  { client_id: 'gateway', client_secret: 'gateway-secret', grant_types: [], redirect_uris: [], response_types: [] },
];

function configuration() {
  return {
    clients,
    scopes: ['openid', 'offline_access', 'default', 'orders:read', 'orders:write'],
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    cookies: { keys: [randomBytes(16).toString('hex')] },
    ttl: {
      AccessToken: life, ClientCredentials: life, RefreshToken: 3600, AuthorizationCode: 60, DeviceCode: 120,
      IdToken: life, Interaction: 600, Grant: 3600, Session: 3600,
    },
    rotateRefreshToken: true,
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    pkce: { required: (_, client) => client.clientAuthMethod === 'none' },
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'ES256'] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'self_signed_tls_client_auth', 'none'],
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      deviceFlow: { enabled: true },
      dPoP: { enabled: true },
      mTLS: { enabled: true, selfSignedTlsClientAuth: true, getCertificate: (ctx) => ctx.socket.getPeerX509Certificate?.() },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (_, client, one) => one,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_, resource) => {
          if (resource !== jwtAPI) throw new errors.InvalidTarget();
          return { scope: 'orders:read orders:write', audience: jwtAPI, accessTokenFormat: 'jwt', accessTokenTTL: life };
        },
      },
    },
    fetch: () => { throw new Error('this server calls nobody'); },
  };
}

// The package has no password grant; this adds one by its API. The password is the user name.
async function passwordGrant(provider, ctx) {
  const { username, password, scope = 'default' } = ctx.oidc.params;
  if (!username || username !== password) throw new errors.InvalidGrant('wrong name or password');
  const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: username });
  grant.addOIDCScope(scope);
  const common = { accountId: username, client: ctx.oidc.client, grantId: await grant.save(), gty: 'password', scope };
  const access = new provider.AccessToken(common);
  const refresh = new provider.RefreshToken({ ...common, rotations: 0 });
  ctx.body = {
    access_token: await access.save(), refresh_token: await refresh.save(),
    expires_in: access.expiration, token_type: access.tokenType, scope,
  };
}

function provide(issuer) {
  const provider = new Provider(issuer, configuration());
  provider.registerGrantType('password', (ctx) => passwordGrant(provider, ctx), ['username', 'password', 'scope'], []);
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.client?.clientId === 'slow') await new Promise((done) => setTimeout(done, 1000));
    const said = { method: ctx.method, path: ctx.path, status: ctx.status, client: ctx.oidc?.client?.clientId, grant: ctx.oidc?.params?.grant_type };
    appendFileSync(join(state, 'access.jsonl'), `${JSON.stringify(said)}\n`);
  });
  provider.on('server_error', (_, err) => console.error(err));
  return provider.callback();
}

// An issuer has its port in its name, so the handler is made after the socket is bound.
async function serve(server, scheme) {
  await new Promise((bound) => server.listen(0, '127.0.0.1', bound));
  const issuer = `${scheme}://127.0.0.1:${server.address().port}`;
  server.on('request', provide(issuer));
  return issuer;
}

const plain = await serve(http.createServer(), 'http');
const tls = await serve(https.createServer({
  cert: read('server.pem'), key: read('server.key'),
  requestCert: true, rejectUnauthorized: false, // a client certificate may be self-signed: the client's JWK decides
}), 'https');
process.stdout.write(`${plain} ${tls}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
