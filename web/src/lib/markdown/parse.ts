// A small markdown: bold, italic, code, code blocks, lists, links, quotes. The text becomes a tree,
// never HTML. Each character is looked at a bounded number of times: hostile nesting costs no more
// than plain text of the same length.

export type Inline =
	| { type: 'text'; text: string }
	| { type: 'break' }
	| { type: 'code'; text: string }
	| { type: 'strong'; children: Inline[] }
	| { type: 'em'; children: Inline[] }
	| { type: 'link'; href: string; text: string; host: string };

export interface Item {
	depth: number;
	value: number;
	children: Inline[];
}

export type Block =
	| { type: 'paragraph'; children: Inline[] }
	| { type: 'code'; text: string }
	| { type: 'quote'; children: Block[] }
	| { type: 'list'; ordered: boolean; items: Item[] };

const DEEPEST_QUOTE = 3;
const FENCE = /^\s{0,3}```/;
const FENCE_END = /^\s{0,3}`{3,}\s*$/;
const QUOTE = /^\s{0,3}> ?/;
const ITEM = /^( {0,8})(?:([-*•])|(\d{1,9})[.)]) +(?=\S)/;

export function parse(text: string): Block[] {
	return blocks(text.replace(/\r\n?/g, '\n').split('\n'), 0);
}

function blocks(lines: string[], depth: number): Block[] {
	const found: Block[] = [];
	let open: string[] = [];
	const close = () => {
		while (open.at(-1)?.trim() === '') open.pop();
		if (open.length) found.push({ type: 'paragraph', children: inline(open.join('\n')) });
		open = [];
	};
	for (let at = 0; at < lines.length;) {
		const line = lines[at]!;
		let end = at;
		if (FENCE.test(line)) {
			end = fenceEnd(lines, at);
			close();
			found.push(codeBlock(lines, at, end));
		} else if (depth < DEEPEST_QUOTE && QUOTE.test(line)) {
			while (end < lines.length && QUOTE.test(lines[end]!)) end++;
			close();
			const inside = lines.slice(at, end).map((quoted) => quoted.replace(QUOTE, ''));
			found.push({ type: 'quote', children: blocks(inside, depth + 1) });
		} else if (ITEM.test(line)) {
			const ordered = ITEM.exec(line)![3] !== undefined;
			const same = (one: string) => {
				const match = ITEM.exec(one);
				return match !== null && (match[3] !== undefined) === ordered;
			};
			while (end < lines.length && same(lines[end]!)) end++;
			close();
			found.push({ type: 'list', ordered, items: lines.slice(at, end).map(item) });
		} else {
			if (line.trim() !== '' || open.length) open.push(line);
			end++;
		}
		at = end;
	}
	close();
	return found;
}

/** One line may hold a whole code block; a fence never closed reaches to the end. */
function fenceEnd(lines: string[], at: number): number {
	if (oneLine(lines[at]!)) return at + 1;
	for (let end = at + 1; end < lines.length; end++) if (FENCE_END.test(lines[end]!)) return end + 1;
	return lines.length;
}

function oneLine(line: string): string | undefined {
	const trimmed = line.trim();
	const inside = trimmed.length > 6 && trimmed.endsWith('```') ? trimmed.slice(3, -3) : '';
	return inside && !inside.includes('```') ? inside : undefined;
}

function codeBlock(lines: string[], at: number, end: number): Block {
	const single = oneLine(lines[at]!);
	if (single !== undefined) return { type: 'code', text: single };
	const first = lines[at]!.trim().slice(3);
	const closed = end - at > 1 && FENCE_END.test(lines[end - 1]!);
	const inside = lines.slice(at + 1, closed ? end - 1 : end);
	// "```go" names a language; "```some words" begins with code, and so does a word with nothing after it.
	const language = /^[\w+#.-]*$/.test(first.trim()) && inside.some((line) => line.trim() !== '');
	const rest = language ? inside : [first, ...inside];
	return { type: 'code', text: rest.join('\n') };
}

function item(line: string): Item {
	const match = ITEM.exec(line)!;
	return {
		depth: Math.min(3, Math.floor(match[1]!.length / 2)),
		value: Number(match[3] ?? 0),
		children: inline(line.slice(match[0].length))
	};
}

const WORD = /[\p{L}\p{N}]/u;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;
const isWord = (text: string, at: number): boolean =>
	at >= 0 && at < text.length && WORD.test(text[at]!);
const isSpace = (text: string, at: number): boolean =>
	at < 0 || at >= text.length || /\s/.test(text[at]!);

const SPECIAL = /[\\`*_[\nhHwWmM]/g;
const ESCAPABLE = /[\\`*_[\]()>#+\-.!~|{}]/;
const LINK = /\[([^[\]\n]{1,300})\]\(\s?([^\s()[\]]{1,2048})\s?\)/y;
const ADDRESS = /(?:https?:\/\/|www\.|mailto:)[^\s<>"`]{1,2048}/iuy;

interface Frame {
	mark: '' | '*' | '_' | '**' | '__';
	children: Inline[];
}

export function inline(text: string): Inline[] {
	const ticks = backticks(text);
	// At most one frame of each mark is open, so the stack is never deep.
	const stack: Frame[] = [{ mark: '', children: [] }];
	const top = () => stack[stack.length - 1]!;
	let at = 0;
	while (at < text.length) {
		SPECIAL.lastIndex = at;
		const next = SPECIAL.exec(text)?.index ?? text.length;
		if (next > at) add(top().children, text.slice(at, next));
		at = next;
		if (at >= text.length) break;
		at = special(text, at, stack, ticks);
	}
	while (stack.length > 1) flatten(stack);
	return stack[0]!.children;
}

/** Handles what stands at `at`; answers where to go on. */
function special(text: string, at: number, stack: Frame[], ticks: Ticks): number {
	const children = stack[stack.length - 1]!.children;
	const char = text[at]!;
	if (char === '\n') {
		children.push({ type: 'break' });
		return at + 1;
	}
	if (char === '\\') {
		const escaped = at + 1 < text.length && ESCAPABLE.test(text[at + 1]!);
		add(children, escaped ? text[at + 1]! : '\\');
		return at + (escaped ? 2 : 1);
	}
	if (char === '`') return code(text, at, children, ticks);
	if (char === '*' || char === '_') return emphasis(text, at, stack);
	if (char === '[') {
		LINK.lastIndex = at;
		const match = LINK.exec(text);
		const link = match && linkTo(match[2]!, unescaped(match[1]!));
		if (!match || !link) {
			add(children, char);
			return at + 1;
		}
		children.push(link);
		return LINK.lastIndex;
	}
	return address(text, at, children);
}

function address(text: string, at: number, children: Inline[]): number {
	ADDRESS.lastIndex = at;
	const found = isWord(text, at - 1) ? null : ADDRESS.exec(text);
	const shown = found && withoutTail(found[0]);
	const link = shown && linkTo(/^www\./i.test(shown) ? `https://${shown}` : shown, shown);
	if (!shown || !link) {
		// Step over the whole word, so that no part of it is tried again.
		let end = at + 1;
		while (end < text.length && isWord(text, end)) end++;
		add(children, text.slice(at, end));
		return end;
	}
	children.push(link);
	return at + shown.length;
}

/** An address at the end of a sentence does not own the full stop, nor a bracket it did not open. */
function withoutTail(address: string): string {
	let end = address.length;
	let unopened = count(address, ')') - count(address, '(');
	for (; end > 0; end--) {
		const char = address[end - 1]!;
		if (char === ')' && unopened > 0) unopened--;
		else if (!/[.,;:!?'’”»*_\]}]/.test(char)) break;
	}
	return address.slice(0, end);
}

const count = (text: string, char: string): number => text.split(char).length - 1;
const unescaped = (text: string): string => text.replace(/\\([\\`*_[\]()])/g, '$1');

function linkTo(target: string, text: string): Inline | undefined {
	const href = safeHref(target);
	if (!href || !VISIBLE.test(text)) return undefined;
	const url = new URL(href);
	const real = url.protocol === 'mailto:' ? url.pathname : url.host;
	// A link whose words look like an address of another place shows where it really goes.
	const claimed = /^\s*(?:https?:\/\/)?([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)/iu.exec(text)?.[1];
	const honest = !claimed || hostOf(claimed) === real.replace(/:\d+$/, '') || text === target;
	return { type: 'link', href, text, host: honest ? '' : real };
}

function hostOf(name: string): string {
	try {
		return new URL(`https://${name}`).host;
	} catch {
		return '';
	}
}

/** The address in its one safe form, or '' if it is not of the web or of mail. */
export function safeHref(target: string): string {
	if (!/^(?:https?:\/\/|mailto:)[^\s\\]+$/i.test(target)) return '';
	try {
		const url = new URL(target);
		if (url.username || url.password) return '';
		return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : '';
	} catch {
		return '';
	}
}

/** Where the runs of backticks of each length are, so that a closing one is found in one step. */
type Ticks = Map<number, number[]>;

function backticks(text: string): Ticks {
	const ticks: Ticks = new Map();
	for (const match of text.matchAll(/`+/g)) {
		const places = ticks.get(match[0].length) ?? [];
		places.push(match.index);
		ticks.set(match[0].length, places);
	}
	for (const places of ticks.values()) places.reverse();
	return ticks;
}

function code(text: string, at: number, children: Inline[], ticks: Ticks): number {
	let length = 1;
	while (text[at + length] === '`') length++;
	const places = ticks.get(length) ?? [];
	while (places.length && places[places.length - 1]! < at + length) places.pop();
	const end = places[places.length - 1];
	if (end === undefined || end === at + length) {
		add(children, text.slice(at, at + length));
		return at + length;
	}
	const inside = text.slice(at + length, end).replace(/\n/g, ' ');
	children.push({ type: 'code', text: inside.replace(/^ (.*\S.*) $/s, '$1') });
	return end + length;
}

function emphasis(text: string, at: number, stack: Frame[]): number {
	const char = text[at]!;
	let run = 1;
	while (text[at + run] === char) run++;
	if (run > 3) {
		add(stack[stack.length - 1]!.children, text.slice(at, at + run));
		return at + run;
	}
	const closes = !isSpace(text, at - 1) && !isWord(text, at + run);
	const opens = !isSpace(text, at + run) && !isWord(text, at - 1);
	const marks = run === 3 ? [char + char, char] : [char.repeat(run)];
	if (closes && marks.every((mark) => isOpen(stack, mark))) {
		// The innermost closes first.
		for (const mark of [...marks].sort((one, other) => depth(stack, other) - depth(stack, one))) {
			if (isOpen(stack, mark)) closeFrame(stack, mark);
			else add(stack[stack.length - 1]!.children, mark);
		}
	} else if (opens && !marks.some((mark) => isOpen(stack, mark))) {
		for (const mark of marks) stack.push({ mark: mark as Frame['mark'], children: [] });
	} else {
		add(stack[stack.length - 1]!.children, text.slice(at, at + run));
	}
	return at + run;
}

const depth = (stack: Frame[], mark: string): number =>
	stack.findIndex((frame) => frame.mark === mark);
const isOpen = (stack: Frame[], mark: string): boolean => depth(stack, mark) > 0;

function closeFrame(stack: Frame[], mark: string): void {
	while (stack[stack.length - 1]!.mark !== mark) flatten(stack);
	const { children } = stack.pop()!;
	stack[stack.length - 1]!.children.push({ type: mark.length === 2 ? 'strong' : 'em', children });
}

/** What was opened and never closed is text after all. */
function flatten(stack: Frame[]): void {
	const { mark, children } = stack.pop()!;
	const below = stack[stack.length - 1]!.children;
	add(below, mark);
	for (const child of children) {
		if (child.type === 'text') add(below, child.text);
		else below.push(child);
	}
}

function add(children: Inline[], text: string): void {
	const last = children[children.length - 1];
	if (last?.type === 'text') last.text += text;
	else children.push({ type: 'text', text });
}
