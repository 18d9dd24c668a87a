import { parse, type Block, type Inline } from './parse';

/** The text without its marks: for lists, quotes, notices and screen readers. */
export function plain(text: string): string {
	return plainOf(parse(text));
}

/** The same of a text that is parsed already. */
export function plainOf(blocks: Block[]): string {
	return blocks.map(blockText).join('\n');
}

function blockText(block: Block): string {
	switch (block.type) {
		case 'paragraph':
			return inlineText(block.children);
		case 'code':
			return block.text;
		case 'quote':
			return plainOf(block.children);
		case 'list':
			return block.items.map((item) => inlineText(item.children)).join('\n');
	}
}

function inlineText(children: Inline[]): string {
	return children.map(pieceText).join('');
}

function pieceText(piece: Inline): string {
	switch (piece.type) {
		case 'break':
			return '\n';
		case 'strong':
		case 'em':
			return inlineText(piece.children);
		default:
			return piece.text;
	}
}
