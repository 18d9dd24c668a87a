// One import a catalogue: the file's name is the first part of its keys.
import app from './app.json';
import chat from './chat.json';
import devices from './devices.json';
import errors from './errors.json';
import imports from './import.json';
import info from './info.json';
import join from './join.json';
import people from './people.json';
import search from './search.json';
import settings from './settings.json';
import start from './start.json';
import ui from './ui.json';
import welcome from './welcome.json';

export default {
	app,
	chat,
	devices,
	errors,
	import: imports,
	info,
	join,
	people,
	search,
	settings,
	start,
	ui,
	welcome
};
