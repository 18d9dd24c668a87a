/**
 * WebAuthn between the server's JSON and the browser's buffers. Browsers are learning to do this
 * themselves (`parseCreationOptionsFromJSON`, `toJSON`), but not all in use can yet.
 */
type Json = Record<string, unknown>;

export function fromBase64url(text: string): ArrayBuffer {
	const padded = text
		.replace(/-/g, '+')
		.replace(/_/g, '/')
		.padEnd(Math.ceil(text.length / 4) * 4, '=');
	const binary = atob(padded);
	const bytes = new Uint8Array(binary.length);
	for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
	return bytes.buffer;
}

export function toBase64url(buffer: ArrayBuffer): string {
	let binary = '';
	for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
	return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** The server's options, with or without the `publicKey` around them. */
function inner(options: unknown): Json {
	const outer = options as Json;
	return (outer.publicKey as Json | undefined) ?? outer;
}

function descriptors(list: unknown): PublicKeyCredentialDescriptor[] {
	return ((list as Json[] | undefined) ?? []).map((one) => ({
		...(one as unknown as PublicKeyCredentialDescriptor),
		id: fromBase64url(one.id as string)
	}));
}

export function creationOptions(json: unknown): PublicKeyCredentialCreationOptions {
	const options = inner(json);
	const user = options.user as Json;
	return {
		...(options as unknown as PublicKeyCredentialCreationOptions),
		challenge: fromBase64url(options.challenge as string),
		user: {
			...(user as unknown as PublicKeyCredentialUserEntity),
			id: fromBase64url(user.id as string)
		},
		excludeCredentials: descriptors(options.excludeCredentials)
	};
}

export function requestOptions(json: unknown): PublicKeyCredentialRequestOptions {
	const options = inner(json);
	return {
		...(options as unknown as PublicKeyCredentialRequestOptions),
		challenge: fromBase64url(options.challenge as string),
		allowCredentials: descriptors(options.allowCredentials)
	};
}

/** What the authenticator answered, as the server reads it. */
export function credentialJson(credential: PublicKeyCredential): Json {
	const response = credential.response;
	const answer: Json = { clientDataJSON: toBase64url(response.clientDataJSON) };
	if ('attestationObject' in response) {
		const attestation = response as AuthenticatorAttestationResponse;
		answer.attestationObject = toBase64url(attestation.attestationObject);
		if (typeof attestation.getTransports === 'function')
			answer.transports = attestation.getTransports();
	} else {
		const assertion = response as AuthenticatorAssertionResponse;
		answer.authenticatorData = toBase64url(assertion.authenticatorData);
		answer.signature = toBase64url(assertion.signature);
		if (assertion.userHandle) answer.userHandle = toBase64url(assertion.userHandle);
	}
	return {
		id: credential.id,
		rawId: toBase64url(credential.rawId),
		type: credential.type,
		authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
		clientExtensionResults: credential.getClientExtensionResults(),
		response: answer
	};
}

/** Whether passkeys can work here at all: a secure page, and a browser that knows them. */
export function passkeysPossible(): boolean {
	return typeof window !== 'undefined' && window.isSecureContext && 'PublicKeyCredential' in window;
}

/** The person closed the system's dialog, or let it run out: no error to show. */
export function wasCancelled(error: unknown): boolean {
	return (
		error instanceof DOMException &&
		(error.name === 'NotAllowedError' || error.name === 'AbortError')
	);
}
