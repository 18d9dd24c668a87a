package whatsapp

// language is what the app writes in one language. Alternatives are separated
// by a bar; in notice and change a star stands for any words.
type language struct {
	code     string
	attached string // Android: FILE (…)
	iphone   string // iPhone: <…: FILE>
	omitted  string // the whole text, with or without < >
	document string // iPhone: behind the document's name
	deleted  string
	edited   string // at the end, in < >
	calls    string // how the text begins
	poll     string
	location string // before the map's address
	live     string
	once     string // media to be seen once
	notice   string // the app's own lines that nobody would write
	change   string // the app's own lines that somebody might write
}

var western = []language{
	{
		code:     "en",
		attached: "file attached",
		iphone:   "attached",
		omitted:  "media omitted|image omitted|video omitted|audio omitted|sticker omitted|gif omitted|contact card omitted|photo omitted|voice message omitted|video note omitted|contact omitted|poll omitted|album omitted",
		document: "document omitted",
		deleted:  "this message was deleted|you deleted this message|message deleted|this message was deleted by admin *|this message was deleted by an admin|you deleted this message as admin|you deleted this message for everyone|deleted by admin *",
		edited:   "this message was edited|edited",
		calls:    "missed voice call|missed video call|missed group voice call|missed group video call|missed call|voice call|video call|silenced voice call|silenced video call|group voice call|group video call|canceled voice call|canceled video call|declined voice call|call ended",
		poll:     "poll:",
		location: "location",
		live:     "live location shared|live location ended|live location",
		once:     "view once message omitted|view once photo omitted|view once video omitted|view once voice message omitted|view once photo|view once video|view once voice message",
		notice:   `messages and calls are * encrypted*|messages to this * end-to-end encryption*|messages you send to this *|messages and calls are secured *|your messages and calls are *|your security code with * changed*|*'s security code changed*|your code with * changed*|waiting for this message and its key *|this chat is with a business account*|this chat is with an official business account*|this business * secure service*|you joined this group via an invite*|group creator created *|end-to-end encrypted messages *|*you changed the settings so only *`,
		change:   `* created group *|* created this group*|* created the group*|* created this community*|* created community *|you created *|* added *|* were added*|* was added*|* removed *|* was removed*|* were removed*|* left|* left the group|* left the community|* joined using *|* joined from *|* joined via *|* joined this group*|* changed the subject*|* changed the group*|* changed this group's *|* changed this group to *|* changed the description*|* changed their phone number*|* changed their number*|* changed to *|you're now an admin|you're no longer an admin|you are now an admin|* is now an admin|* is no longer an admin|* now an admin|* turned on *|* turned off *|* updated the message timer*|* pinned a message|* unpinned a message|* requested to join*|* deleted this group*|* deleted the group*|* blocked this contact*|* unblocked this contact*|* is a contact|* reset *invite link*|* started a call|* started a video call|* started a group call|disappearing messages *|* set disappearing messages *|* set messages to disappear *|* changed the settings *|* made this group *|* can now *|this group was added *|* allowed *|this chat is now *|this group * over 256 *|only admins can *|* kept this message|* unkept *|* started an event*|* changed the disappearing *|* approved *|* declined the request*`,
	},
	{
		code:     "it",
		attached: "file allegato",
		iphone:   "allegato",
		omitted:  "media omessi|media omesso|media esclusi|media mancante|immagine omessa|foto omessa|video omesso|audio omesso|sticker omesso|sticker non incluso|adesivo omesso|gif omessa|gif esclusa|gif omesso|biglietto da visita omesso|scheda contatto omessa|contatto omesso|messaggio vocale omesso|videomessaggio omesso|sondaggio omesso",
		document: "documento omesso",
		deleted:  "questo messaggio è stato eliminato|hai eliminato questo messaggio|questo messaggio è stato eliminato da un amministratore|questo messaggio è stato eliminato dall'amministratore *|hai eliminato questo messaggio come amministratore|hai eliminato questo messaggio in qualità di amministratore",
		edited:   "questo messaggio è stato modificato|messaggio modificato|modificato",
		calls:    "chiamata vocale persa|videochiamata persa|chiamata persa|chiamata vocale di gruppo persa|videochiamata di gruppo persa|chiamata vocale|videochiamata|chiamata vocale silenziata|videochiamata silenziata|chiamata vocale di gruppo|videochiamata di gruppo",
		poll:     "sondaggio:",
		location: "posizione",
		live:     "posizione attuale condivisa|posizione in tempo reale condivisa|posizione attuale terminata",
		once:     "messaggio visualizzabile una volta omesso|foto visualizzabile una volta omessa|video visualizzabile una volta omesso|messaggio vocale visualizzabile una volta omesso|messaggio visualizza una volta omesso",
		notice:   `i messaggi e le chiamate sono * end-to-end*|i messaggi * crittografia end-to-end*|i tuoi messaggi e le tue chiamate sono *|i messaggi inviati a quest* crittograf*|il tuo codice di sicurezza con * è cambiato*|il codice di sicurezza di * è cambiato*|questa chat è con un account business*|questa azienda *`,
		change:   `* ha creato il gruppo*|* ha creato questo gruppo*|* ha creato la community*|hai creato il gruppo*|hai creato questo gruppo*|hai creato la community*|* ha aggiunto *|hai aggiunto *|* ti ha aggiunto*|* è stato aggiunto*|* è stata aggiunta*|sei stato aggiunto*|sei stata aggiunta*|* ha rimosso *|hai rimosso *|* ti ha rimosso*|sei stato rimosso*|sei stata rimossa*|* è uscito|* è uscita|* è uscito dal gruppo|* è uscita dal gruppo|* ha abbandonato*|hai abbandonato*|sei uscito*|sei uscita*|* ha lasciato il gruppo|* ha cambiato l'oggetto*|* ha cambiato il nome*|* ha cambiato l'immagine*|* ha cambiato l'icona*|* ha cambiato la descrizione*|* ha cambiato le impostazioni*|* ha cambiato numero*|* ha cambiato il suo numero*|* ha modificato l'oggetto*|* ha modificato il nome*|* ha modificato l'immagine*|* ha modificato l'icona*|* ha modificato la descrizione*|* ha modificato le impostazioni*|hai cambiato *|hai modificato *|* ha eliminato l'immagine*|hai eliminato l'immagine*|* ora è amministratore|* ora è un amministratore|* è ora amministratore|* è ora un amministratore|ora sei amministratore*|ora sei un amministratore*|sei ora *amministratore*|non sei più *amministratore*|* non è più *amministratore*|* è entrato tramite *|* è entrata tramite *|* si è unito *|* si è unita *|* è entrato usando *|* è entrata usando *|ti sei unito *|sei entrato *|* ha attivato i messaggi effimeri*|* ha attivato *|* ha disattivato *|hai attivato *|hai disattivato *|* ha fissato un messaggio|hai fissato un messaggio|* ha aggiornato il timer*|hai aggiornato *|* ha bloccato questo contatto*|hai bloccato questo contatto*|hai sbloccato questo contatto*|* è un contatto|* ha avviato una chiamata|* ha avviato una videochiamata|* ha chiesto di *|* ha reimpostato *|hai reimpostato *|* ha impostato *|i messaggi effimeri *|* è passato a *|* ha eliminato il gruppo|* ha eliminato questo gruppo`,
	},
	{
		code:     "de",
		attached: "datei angehängt",
		iphone:   "anhang|angehängt",
		omitted:  "medien ausgeschlossen|medien weggelassen|medien fehlen|bild weggelassen|video weggelassen|audio weggelassen|sticker weggelassen|gif weggelassen|gif ausgeschlossen|kontaktkarte ausgelassen|kontaktkarte weggelassen|kontakt weggelassen|sprachnachricht weggelassen|videonachricht weggelassen|foto weggelassen|umfrage weggelassen",
		document: "dokument weggelassen",
		deleted:  "diese nachricht wurde gelöscht|du hast diese nachricht gelöscht|diese nachricht wurde von einem admin gelöscht|diese nachricht wurde von admin * gelöscht|du hast diese nachricht als admin gelöscht",
		edited:   "diese nachricht wurde bearbeitet|nachricht bearbeitet|bearbeitet",
		calls:    "verpasster sprachanruf|verpasster videoanruf|verpasster anruf|sprachanruf|videoanruf|verpasster gruppenanruf|verpasster gruppen-sprachanruf|verpasster gruppen-videoanruf|gruppenanruf|stummgeschalteter sprachanruf|stummgeschalteter videoanruf",
		poll:     "umfrage:",
		location: "standort",
		live:     "live-standort wird geteilt|live-standort beendet",
		once:     "einmalansicht weggelassen|einmalige nachricht weggelassen|nachricht zur einmaligen ansicht weggelassen|einmalig anzeigbare nachricht weggelassen",
		notice:   `nachrichten und anrufe sind ende-zu-ende*|nachrichten * ende-zu-ende-verschlüssel*|deine nachrichten und anrufe *|deine sicherheitsnummer für * hat sich geändert*|die sicherheitsnummer von * hat sich geändert*|dies ist ein chat mit einem unternehmen*|dieser chat ist mit einem *`,
		change:   `* hat die gruppe * erstellt|du hast die gruppe * erstellt|* hat diese gruppe erstellt|du hast diese gruppe erstellt|* hat * hinzugefügt|du hast * hinzugefügt|du wurdest hinzugefügt|* wurde hinzugefügt|* wurden hinzugefügt|* hat dich hinzugefügt|* hat * entfernt|du hast * entfernt|* wurde entfernt|du wurdest entfernt|* hat die gruppe verlassen|* haben die gruppe verlassen|du hast die gruppe verlassen|* hat den betreff von * geändert|* hat den betreff * geändert|* hat den gruppennamen * geändert|* hat den namen der gruppe * geändert|du hast den betreff * geändert|du hast den gruppennamen * geändert|* hat das gruppenbild *|du hast das gruppenbild *|* hat die gruppenbeschreibung *|du hast die gruppenbeschreibung *|* hat die beschreibung *|* hat die gruppeneinstellungen *|* hat die einstellungen *|du hast die gruppeneinstellungen *|du hast die einstellungen *|* hat eine neue telefonnummer*|* hat zu * gewechselt|* ist jetzt admin|* ist jetzt ein admin|du bist jetzt admin|du bist jetzt ein admin|du bist kein admin mehr|* ist kein admin mehr|* ist der gruppe * beigetreten*|* ist mithilfe des einladungslinks * beigetreten|* ist über * beigetreten|* ist beigetreten|* hat selbstlöschende nachrichten *|du hast selbstlöschende nachrichten *|* hat * aktiviert*|* hat * deaktiviert*|du hast * aktiviert*|du hast * deaktiviert*|* hat eine nachricht angeheftet|* hat eine nachricht fixiert|du hast eine nachricht angeheftet|du hast eine nachricht fixiert|* hat einen anruf gestartet|* hat einen videoanruf gestartet|du hast diesen kontakt *|* ist ein kontakt|* hat den nachrichten-timer *|du hast den nachrichten-timer *|* hat den einladungslink *|* möchte der gruppe beitreten|* hat angefragt*|* hat diese gruppe gelöscht`,
	},
	{
		code:     "es",
		attached: "archivo adjunto|archivo adjuntado",
		iphone:   "adjunto|archivo adjunto",
		omitted:  "multimedia omitido|archivo omitido|archivos omitidos|imagen omitida|foto omitida|video omitido|vídeo omitido|audio omitido|sticker omitido|pegatina omitida|gif omitido|gif omitida|tarjeta de contacto omitida|contacto omitido|mensaje de voz omitido|nota de voz omitida|videomensaje omitido|encuesta omitida|media omitido",
		document: "documento omitido",
		deleted:  "se eliminó este mensaje|eliminaste este mensaje|este mensaje fue eliminado|mensaje eliminado|un admin. eliminó este mensaje|el admin. * eliminó este mensaje|eliminaste este mensaje como admin|este mensaje ha sido eliminado|has eliminado este mensaje",
		edited:   "se editó este mensaje|este mensaje fue editado|mensaje editado|editado",
		calls:    "llamada perdida|llamada de voz perdida|videollamada perdida|llamada grupal perdida|videollamada grupal perdida|llamada de voz|videollamada|llamada de voz silenciada|videollamada silenciada|llamada de voz grupal",
		poll:     "encuesta:",
		location: "ubicación",
		live:     "ubicación en tiempo real compartida|ubicación en tiempo real finalizada",
		once:     "mensaje de visualización única omitido|foto de visualización única omitida|video de visualización única omitido|mensaje de una sola visualización omitido|se omitió el mensaje de visualización única",
		notice:   `los mensajes y las llamadas están cifrados*|los mensajes y llamadas están cifrados*|los mensajes y llamadas en este chat *|los mensajes en este grupo * cifrado*|los mensajes * cifrado de extremo a extremo*|tus mensajes y llamadas *|cambió tu código de seguridad con *|tu código de seguridad con * cambió*|tu código de seguridad con * ha cambiado*|el código de seguridad de * cambió*|cambió el código de seguridad de *|este chat es con una cuenta de empresa*`,
		change:   `* creó el grupo*|* creó este grupo*|* creó la comunidad*|creaste el grupo*|creaste este grupo*|has creado *|* ha creado *|* añadió a *|añadiste a *|* te añadió*|* agregó a *|agregaste a *|* te agregó*|se te añadió*|se te agregó*|* fue añadid*|* se añadió a *|* ha añadido a *|has añadido a *|* eliminó a *|eliminaste a *|* te eliminó*|* sacó a *|sacaste a *|* salió del grupo|* salió|* ha salido del grupo|saliste del grupo|* abandonó el grupo|* cambió el asunto*|cambiaste el asunto*|* cambió el nombre*|cambiaste el nombre*|* cambió el ícono*|* cambió el icono*|cambiaste el ícono*|cambiaste el icono*|* cambió la imagen*|* cambió la foto*|cambiaste la *|* cambió la descripción*|* cambió los ajustes*|* cambió la configuración*|cambiaste los ajustes*|cambiaste *|* cambió su número*|* cambió de número*|* cambió a *|* ha cambiado *|has cambiado *|* eliminó la imagen*|* eliminó la foto*|ahora eres admin*|ya no eres admin*|* ahora es admin*|* ya no es admin*|* se unió *|te uniste *|* se ha unido *|* activó *|activaste *|* desactivó *|desactivaste *|* fijó un mensaje|fijaste un mensaje|* actualizó *|actualizaste *|bloqueaste a este contacto*|desbloqueaste a este contacto*|* es un contacto|* inició una llamada*|* inició una videollamada*|* solicitó unirse*|* restableció *|restableciste *|los mensajes temporales *|* eliminó este grupo`,
	},
	{
		code:     "fr",
		attached: "fichier joint",
		iphone:   "pièce jointe|joint",
		omitted:  "médias omis|média omis|médias absente|média manquante|fichier omis|image absente|image omise|photo absente|vidéo absente|vidéo omise|audio omis|audio absent|sticker omis|autocollant omis|gif retiré|gif omis|gif omise|gif absent|fiche contact manquante|carte de contact omise|carte contact omise|message vocal omis|message vidéo omis|sondage omis",
		document: "document manquant|document omis",
		deleted:  "ce message a été supprimé|vous avez supprimé ce message|tu as supprimé ce message|ce message a été supprimé par un admin|ce message a été supprimé par l'admin *|vous avez supprimé ce message en tant qu'admin",
		edited:   "ce message a été modifié|message modifié|modifié",
		calls:    "appel vocal manqué|appel vidéo manqué|appel manqué|appel vocal de groupe manqué|appel vidéo de groupe manqué|appel vocal|appel vidéo|appel vocal en sourdine|appel vidéo en sourdine|appel vocal de groupe|appel vidéo de groupe",
		poll:     "sondage :|sondage:",
		location: "localisation|position",
		live:     "localisation en direct partagée|position en direct partagée|localisation en direct terminée",
		once:     "message à vue unique omis|photo à vue unique omise|vidéo à vue unique omise|message vocal à vue unique omis",
		notice:   `les messages et les appels sont chiffrés*|les messages et appels sont chiffrés*|les messages * chiffrement de bout en bout*|les messages * chiffrés de bout en bout*|vos messages et vos appels *|votre code de sécurité avec * a changé*|le code de sécurité de * a changé*|cette discussion est avec un compte professionnel*`,
		change:   `* a créé le groupe*|* a créé ce groupe*|vous avez créé le groupe*|vous avez créé ce groupe*|vous avez créé *|* a ajouté *|vous avez ajouté *|* vous a ajouté*|vous avez été ajouté*|* a été ajouté*|* a retiré *|vous avez retiré *|* vous a retiré*|* a supprimé *|* a été retiré*|* a exclu *|* a quitté le groupe|* est parti|* est partie|* est parti(e)|* a quitté|vous avez quitté *|* a changé le sujet*|* a modifié le sujet*|* a changé l'objet*|* a changé le nom*|* a modifié le nom*|vous avez changé *|vous avez modifié *|* a changé l'icône*|* a modifié l'icône*|* a changé l'image*|* a changé la description*|* a modifié la description*|* a changé les paramètres*|* a modifié les paramètres*|* a changé de numéro*|* a changé son numéro*|* a changé pour *|vous êtes maintenant admin*|vous êtes désormais admin*|vous n'êtes plus admin*|* est maintenant admin*|* est désormais admin*|* n'est plus admin*|* a rejoint *|vous avez rejoint *|* a activé *|* a désactivé *|vous avez activé *|vous avez désactivé *|* a épinglé un message|vous avez épinglé un message|* a mis à jour *|vous avez mis à jour *|vous avez bloqué *|vous avez débloqué *|* est un contact|* a démarré un appel*|* a lancé un appel*|* a demandé à rejoindre*|* a réinitialisé *|vous avez réinitialisé *|les messages éphémères *|* a supprimé ce groupe`,
	},
	{
		code:     "pt",
		attached: "ficheiro anexado|arquivo anexado",
		iphone:   "anexado|anexo",
		omitted:  "multimédia omitido|mídia oculta|mídia omitida|arquivo de mídia oculto|ficheiro não revelado|imagem ocultada|imagem oculta|imagem não revelada|imagem omitida|foto ocultada|vídeo omitido|vídeo ocultado|vídeo oculto|vídeo não revelado|áudio ocultado|áudio oculto|áudio omitido|ficheiro de áudio não revelado|figurinha omitida|figurinha ocultada|sticker não revelado|sticker omitido|gif omitido|gif ocultado|gif não revelada|cartão do contato omitido|contacto não revelado|contato omitido|mensagem de voz omitida|mensagem de vídeo omitida|enquete omitida",
		document: "documento omitido|documento não revelado|documento ocultado",
		deleted:  "mensagem apagada|esta mensagem foi apagada|apagou esta mensagem|você apagou esta mensagem|apagaste esta mensagem|eliminaste esta mensagem|esta mensagem foi eliminada|esta mensagem foi apagada pelo remetente|esta mensagem foi apagada por um admin|esta mensagem foi apagada pelo admin *|você apagou esta mensagem como admin",
		edited:   "mensagem editada|esta mensagem foi editada|editada",
		calls:    "chamada de voz perdida|chamada de vídeo perdida|videochamada perdida|ligação de voz perdida|ligação de vídeo perdida|ligação perdida|chamada perdida|ligação de voz|ligação de vídeo|chamada de voz|videochamada|chamada de vídeo|ligação de voz silenciada|ligação de vídeo silenciada|ligação em grupo perdida",
		poll:     "enquete:|sondagem:|votação:",
		location: "localização",
		live:     "localização atual compartilhada|localização em tempo real compartilhada|está a partilhar a sua localização|localização em tempo real encerrada|localização em tempo real partilhada",
		once:     "mensagem de visualização única omitida|foto de visualização única omitida|vídeo de visualização única omitido|mensagem de visualização única ocultada",
		notice:   `as mensagens e as chamadas são *|as mensagens e as ligações são *|as mensagens e chamadas são *|as mensagens * criptografia de ponta a ponta*|as mensagens * encriptação ponto a ponto*|mensagens e ligações são protegidas*|suas chamadas e mensagens *|seu código de segurança com * mudou*|o seu código de segurança * mudou*|o código de segurança de * mudou*|esta conversa é com uma conta comercial*|esta é uma conversa com uma conta comercial*`,
		change:   `* criou o grupo*|* criou este grupo*|você criou o grupo*|você criou este grupo*|criou o grupo*|* criou a comunidade*|* adicionou *|você adicionou *|* foi adicionad*|você foi adicionad*|foi adicionad*|* removeu *|você removeu *|* foi removid*|você foi removid*|* saiu|* saiu do grupo|você saiu*|* mudou o assunto*|* mudou o nome*|você mudou *|* alterou o assunto*|* alterou o nome*|você alterou *|* mudou a imagem*|* alterou a imagem*|* mudou o ícone*|* alterou o ícone*|* mudou a descrição*|* alterou a descrição*|* mudou as configurações*|* alterou as configurações*|* alterou as definições*|* mudou seu número*|* mudou de número*|* mudou o número*|* mudou para *|* apagou a imagem*|agora você é admin*|você agora é admin*|você não é mais admin*|* agora é admin*|* não é mais admin*|já não é admin*|* entrou usando *|* entrou no grupo *|* entrou através *|* aderiu *|você entrou *|* ativou *|* desativou *|você ativou *|você desativou *|* fixou uma mensagem|você fixou uma mensagem|* atualizou *|você atualizou *|você bloqueou *|você desbloqueou *|* está na sua lista de contatos|* é um contato|* iniciou uma ligação*|* iniciou uma chamada*|* pediu para entrar*|* solicitou entrada*|* redefiniu *|as mensagens temporárias *|* apagou este grupo`,
	},
	{
		code:     "nl",
		attached: "bestand bijgevoegd",
		iphone:   "bijgevoegd|bijlage",
		omitted:  "media weggelaten|media niet bijgevoegd|afbeelding weggelaten|foto weggelaten|video weggelaten|audio weggelaten|sticker weggelaten|gif weggelaten|visitekaartje weggelaten|contactkaart weggelaten|contact weggelaten|spraakbericht weggelaten|videobericht weggelaten|poll weggelaten",
		document: "document weggelaten",
		deleted:  "dit bericht is verwijderd|dit bericht werd verwijderd|u hebt dit bericht verwijderd|je hebt dit bericht verwijderd|dit bericht is verwijderd door een beheerder|dit bericht is verwijderd door beheerder *|je hebt dit bericht als beheerder verwijderd",
		edited:   "dit bericht is bewerkt|dit bericht is gewijzigd|bewerkt",
		calls:    "gemist spraakgesprek|gemist videogesprek|gemiste spraakoproep|gemiste video-oproep|gemiste oproep|gemist groepsgesprek|gemiste groepsoproep|spraakoproep|video-oproep|spraakgesprek|videogesprek|groepsspraakoproep",
		poll:     "poll:|peiling:",
		location: "locatie",
		live:     "live locatie gedeeld|live locatie beëindigd",
		once:     "eenmalig bericht weggelaten|bericht voor eenmalige weergave weggelaten|eenmalige foto weggelaten|eenmalige video weggelaten",
		notice:   `berichten en oproepen worden end-to-end versleuteld*|berichten en gesprekken worden end-to-end versleuteld*|berichten en oproepen zijn end-to-end versleuteld*|berichten * end-to-end versleutel*|berichten * end-to-end-versleutel*|uw oproepen en berichten *|uw beveiligingscode voor * is gewijzigd*|je beveiligingscode voor * is gewijzigd*|je beveiligingscode met * is gewijzigd*|de beveiligingscode van * is gewijzigd*|deze chat is met een bedrijfsaccount*`,
		change:   `* heeft de groep * gemaakt|* heeft de groep * aangemaakt|* heeft deze groep gemaakt|* heeft deze groep aangemaakt|* heeft de groep gemaakt|je hebt de groep *|je hebt deze groep *|u hebt de groep *|* heeft * toegevoegd|je hebt * toegevoegd|u hebt * toegevoegd|* is toegevoegd|* zijn toegevoegd|je bent toegevoegd|* heeft je toegevoegd|* heeft * verwijderd|je hebt * verwijderd|* is verwijderd|* heeft de groep verlaten|* heeft de groep verlaten|je hebt de groep verlaten|* is weggegaan|* heeft het onderwerp *|je hebt het onderwerp *|* heeft de groepsnaam *|je hebt de groepsnaam *|* heeft de naam van de groep *|* heeft de groepsafbeelding *|* heeft het groepspictogram *|* heeft de afbeelding *|je hebt de groepsafbeelding *|je hebt het groepspictogram *|* heeft de groepsbeschrijving *|* heeft de beschrijving *|je hebt de groepsbeschrijving *|* heeft de instellingen *|je hebt de instellingen *|* heeft zijn telefoonnummer *|* heeft een nieuw telefoonnummer*|* is gewijzigd in *|* is veranderd naar *|je bent nu beheerder|je bent geen beheerder meer|* is nu beheerder|* is nu een beheerder|* is geen beheerder meer|* neemt nu deel *|* is lid geworden *|* doet nu mee *|* heeft zelfverwijderende berichten *|* heeft verdwijnende berichten *|je hebt verdwijnende berichten *|je hebt zelfverwijderende berichten *|* heeft * ingeschakeld*|* heeft * uitgeschakeld*|je hebt * ingeschakeld*|je hebt * uitgeschakeld*|* heeft een bericht vastgezet|* heeft een bericht vastgemaakt|je hebt een bericht vastgezet|* heeft de berichtentimer *|je hebt de berichtentimer *|je hebt dit contact *|* is een contact|* heeft een gesprek gestart|* heeft een oproep gestart|* heeft een video-oproep gestart|* heeft gevraagd om *|* heeft deze groep verwijderd`,
	},
}
