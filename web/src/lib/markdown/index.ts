export { parse, type Block, type Inline } from './parse';
export { plain } from './plain';
export { emojiOnly } from './emoji';
