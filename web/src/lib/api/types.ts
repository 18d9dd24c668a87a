// The shapes of the server's API, by the names that the client uses. They come from its OpenAPI
// document (npm run api), so that the two cannot drift; what that document leaves open is said here.
import type { components } from './schema';

type S = components['schemas'];
type With<Shape, More> = Omit<Shape, keyof More> & More;

export type Role = S['Person']['role'];
export type Company = S['Company'];
export type Me = S['Me'];
export type Hello = S['Hello'];
export type JoinLook = S['Look'];
export type Person = S['Person'];
export type Passkey = S['Passkey'];
export type Invite = S['Invite'];
export type Device = S['Device'];
export type FileInfo = S['File'];
export type Deleted = S['Deleted'];
export type Imported = S['Imported'];
export type Message = S['Message'];
export type Conversation = S['Conversation'];
export type Member = S['Member'];
export type Notice = With<S['Notice'], { data: Record<string, unknown> }>;
export type Event = With<S['Event'], { data: Record<string, unknown> }>;
export type MessageInfo = S['MessageInfo'];
export type Hit = S['Hit'];
export type Hits = S['Hits'];
export type Posted = S['Posted'];
export type Page = With<S['Page'], { notices: Notice[] }>;
export type ImportAnalysis = With<S['ExportAnalysis'], { date_order: 'dmy' | 'mdy' | 'ymd' }>;
export type Import = With<S['Import'], { analysis: ImportAnalysis }>;
export type ImportRun = S['ImportMapping'];
export type ImportLine = S['ImportLine'];
export type ImportComparison = S['ImportComparison'];
