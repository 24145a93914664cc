// @node-oauth/oauth2-server over TLS as a vendor; started by tests/servers/node-oauth2. Arguments: DIR PORT, both as there.
'use strict';
const fs = require('fs');
const https = require('https');
const OAuth2Server = require('@node-oauth/oauth2-server');

const [dir, port] = process.argv.slice(2);
const secrets = Object.fromEntries(fs.readFileSync(dir + '/secrets', 'utf8').trim().split('\n').map((line) => {
	const at = line.indexOf('=');
	return [line.slice(0, at), line.slice(at + 1)];
}));
const tokens = new Map(); // by access and by refresh token

const model = {
	getClient: (id, secret) => {
		if (id === 'apitoken' && (secret === undefined || secret === null || secret === secrets.client)) return { id, grants: ['password', 'refresh_token'] };
		return id === 'weak' ? { id, grants: ['client_credentials'] } : false;
	},
	getUser: (name, password) => (['alice', 'bob'].includes(name) && secrets[name] === password ? { name } : false),
	validateScope: (user, client, scope) => (!scope || scope.every((one) => one === 'read') ? ['read'] : false),
	saveToken: (token, client, user) => {
		const saved = { ...token, client, user };
		tokens.set(saved.accessToken, saved);
		tokens.set(saved.refreshToken, saved);
		return saved;
	},
	getAccessToken: (token) => tokens.get(token),
	getRefreshToken: (token) => tokens.get(token),
	revokeToken: (token) => tokens.delete(token.refreshToken),
};
const server = new OAuth2Server({ model, accessTokenLifetime: 600, requireClientAuthentication: { password: process.env.PUBLIC !== '1', refresh_token: process.env.PUBLIC !== '1' } });

const body = (request) => new Promise((resolve) => {
	let text = '';
	request.on('data', (part) => { text += part; });
	request.on('end', () => resolve(Object.fromEntries(new URLSearchParams(text))));
});

async function handle(request, answer) {
	const reply = new OAuth2Server.Response({});
	const asked = new OAuth2Server.Request({ method: request.method, headers: request.headers, query: {}, body: await body(request) });
	try {
		if (request.url === '/token') {
			await server.token(asked, reply);
		} else {
			const token = await server.authenticate(asked, reply);
			reply.body = { user: token.user.name };
		}
	} catch (error) {
		reply.status = error.code || 500;
		reply.body = { error: error.name, error_description: error.message };
	}
	answer.writeHead(reply.status, { ...reply.headers, 'Content-Type': 'application/json' });
	answer.end(JSON.stringify(reply.body));
}

https.createServer({ key: fs.readFileSync(dir + '/server.key'), cert: fs.readFileSync(dir + '/server.pem') }, handle).listen(Number(port), '127.0.0.1');
