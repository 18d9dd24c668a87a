// A small company with what real ones have: long names, long words, a crowd, an only child, empty
// places, an emoji-only message, pictures, files, replies, edits, deletions.
import { readFileSync } from 'node:fs';
import { call, company, verbale } from './server.mjs';

const people = [
	['Luca Rossi', 'member'],
	['Giulia Conti', 'admin'],
	['Massimiliano Bartolomeo Della Scala-Castelbarco Visconti di Modrone', 'member'],
	['Jo', 'member'],
	['Øyvind Kåre Sørensen', 'member'],
	['محمد عبد الرحمن', 'member'],
	['李小龍', 'member']
];

const said = [
	['Anna Bianchi', 'Buongiorno a tutti. Oggi getto della soletta al **lotto 7**, betoniera alle *9:30*.'],
	['Luca Rossi', 'Ricevuto 👍'],
	['Luca Rossi', 'Le casseforme sono pronte da ieri sera.'],
	['Giulia Conti', 'Serve ancora:\n- 12 sacchi di malta\n- guanti taglia 9\n- il verbale firmato da @Anna Bianchi'],
	['Jo', '🎉'],
	['Massimiliano Bartolomeo Della Scala-Castelbarco Visconti di Modrone', 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung, precipitevolissimevolmente: https://www.esempio.it/un/percorso/molto/lungo/che/non/finisce/mai/e/poi/continua?con=parametri&e=altro'],
	['محمد عبد الرحمن', 'صباح الخير، سأصل الساعة العاشرة'],
	['李小龍', '早上好，我今天在倉庫。'],
	['Anna Bianchi', '> malta\n\nOrdinata, `DDT 4471/26`. Arriva domattina.'],
	['Giulia Conti', '```\nIBAN IT60 X054 2811 1010 0000 0123 456\nimporto  1.284,00 EUR\n```']
];

const picture = readFileSync(new URL('../../../web/static/icons/512.png', import.meta.url));

export async function lively(server) {
	const owner = await company(server, { language: 'it' });
	const at = ['--data', server.data, '--json'];
	const tokens = new Map();
	const ids = new Map([['Anna Bianchi', owner.id]]);
	for (const [name, role] of people) {
		const made = JSON.parse(await verbale('person', 'add', '--name', name, '--role', role, ...at));
		ids.set(name, made.id);
	}
	for (const name of ids.keys()) {
		const made = JSON.parse(await verbale('token', 'create', '--person', name, '--name', 'robot', ...at));
		tokens.set(name, made.token);
	}
	const as = (name) => ({
		post: (path, body) => call(server, 'POST', path, { token: tokens.get(name), body }),
		patch: (path, body) => call(server, 'PATCH', path, { token: tokens.get(name), body }),
		remove: (path) => call(server, 'DELETE', path, { token: tokens.get(name) }),
		say: (id, text, more = {}) =>
			call(server, 'POST', `/conversations/${id}/messages`, {
				token: tokens.get(name),
				body: { key: crypto.randomUUID(), text, ...more }
			}),
		upload: async (file, type, bytes) => {
			const answer = await fetch(`${server.url}/api/v1/files?name=${encodeURIComponent(file)}&type=${type}`, {
				method: 'POST',
				headers: { Authorization: `Bearer ${tokens.get(name)}`, 'Content-Type': 'application/octet-stream' },
				body: bytes
			});
			return (await answer.json()).id;
		}
	});
	const anna = as('Anna Bianchi');
	const everybody = [...ids.values()].filter((id) => id !== owner.id);

	const empty = await anna.post('/conversations', { kind: 'group', title: 'Vuoto', members: [ids.get('Jo')] });
	await anna.post('/conversations', {
		kind: 'group',
		title: 'Commissione straordinaria per l’ammodernamento degli impianti di sollevamento, zona Nord-Ovest',
		members: everybody
	});
	const one = await anna.post('/conversations', { kind: 'direct', title: '', members: [ids.get('Luca Rossi')] });
	await as('Luca Rossi').say(one.id, 'Ti mando la distinta.');
	const site = await anna.post('/conversations', { kind: 'group', title: 'Cantiere Porta Nuova', members: everybody });
	let reply;
	for (const [who, text] of said) {
		const posted = await as(who).say(site.id, text, text.startsWith('>') ? { reply_to: reply?.id } : {});
		if (who === 'Giulia Conti' && !reply) reply = posted;
	}
	const gone = await as('Jo').say(site.id, 'Scusate, chat sbagliata');
	await as('Jo').remove(`/messages/${gone.id}`);
	const wrong = await anna.say(site.id, 'Ci vediamo alle 12 in ufficio');
	await anna.patch(`/messages/${wrong.id}`, { text: 'Ci vediamo alle 12:30 in ufficio' });
	const photo = await as('Luca Rossi').upload('soletta.png', 'image/png', picture);
	const paper = await as('Luca Rossi').upload('Capitolato speciale d’appalto, revisione definitiva (3) - copia.pdf', 'application/pdf', Buffer.from('%PDF-1.4\n%%EOF'));
	await as('Luca Rossi').say(site.id, 'Ecco com’è venuta', { files: [photo] });
	await as('Luca Rossi').say(site.id, '', { files: [paper] });
	await as('Giulia Conti').say(site.id, 'Perfetto, grazie! 🙏', { reply_to: reply.id });
	return { link: owner.link, ids, tokens, as, site: site.id, empty: empty.id, direct: one.id };
}
