export { parse, type Block, type Inline } from './parse';
export { plain, plainOf } from './plain';
export { emojiOnly } from './emoji';
