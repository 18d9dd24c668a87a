// One import a catalogue: the file's name is the first part of its keys.
import app from './app.json';
import chat from './chat.json';

export default { app, chat };
