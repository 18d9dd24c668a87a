package whatsapp

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// tongue is what a phone in one language writes; %s in created is the group's
// name, which has a colon in it to lead a careless reader astray.
type tongue struct {
	code     string
	android  string // layout of the header
	iphone   string
	notice   string
	created  string
	omitted  string // Android
	picture  string // iPhone
	attached string
	file     string
	deleted  string
	mine     string
	edited   string
	call     string
}

var tonguesTested = []tongue{
	{"en", "1/2/06, 15:04 - ", "[1/2/06, 3:04:05\u202fPM] ", "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them. Learn more.", `Bob created group "%s"`, "<Media omitted>", "image omitted", "(file attached)", "attached", "This message was deleted", "You deleted this message", "<This message was edited>", "Missed voice call"},
	{"en", "02/01/2006, 3:04 pm - ", "[02/01/2006, 15:04:05] ", "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen to them. Tap to learn more.", `Bob changed the subject from "%s" to "B: c"`, "<Media omitted>", "video omitted", "(file attached)", "attached", "This message was deleted.", "You deleted this message.", "<This message was edited>", "Missed video call"},
	{"it", "02/01/06, 15:04 - ", "[02/01/06, 15:04:05] ", "I messaggi e le chiamate sono crittografati end-to-end. Nessuno al di fuori di questa chat, nemmeno WhatsApp, può leggerne o ascoltarne il contenuto. Tocca per saperne di più.", `Bob ha creato il gruppo "%s"`, "<Media omessi>", "immagine omessa", "(file allegato)", "allegato", "Questo messaggio è stato eliminato", "Hai eliminato questo messaggio", "<Questo messaggio è stato modificato>", "Chiamata vocale persa"},
	{"de", "02.01.06, 15:04 - ", "[02.01.06, 15:04:05] ", "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie lesen oder anhören, nicht einmal WhatsApp. Tippe, um mehr zu erfahren.", `Bob hat die Gruppe „%s“ erstellt.`, "<Medien ausgeschlossen>", "Bild weggelassen", "(Datei angehängt)", "Anhang", "Diese Nachricht wurde gelöscht.", "Du hast diese Nachricht gelöscht.", "<Diese Nachricht wurde bearbeitet.>", "Verpasster Sprachanruf"},
	{"es", "2/1/06, 15:04 - ", "[2/1/06, 15:04:05] ", "Los mensajes y las llamadas están cifrados de extremo a extremo. Nadie fuera de este chat, ni siquiera WhatsApp, puede leerlos ni escucharlos. Toca para obtener más información.", `Bob creó el grupo "%s"`, "<Multimedia omitido>", "imagen omitida", "(archivo adjunto)", "adjunto", "Se eliminó este mensaje.", "Eliminaste este mensaje.", "<Se editó este mensaje.>", "Llamada perdida"},
	{"fr", "02/01/2006 15:04 - ", "[02/01/2006 15:04:05] ", "Les messages et les appels sont chiffrés de bout en bout. Aucun tiers, pas même WhatsApp, ne peut les lire ou les écouter. Appuyez pour en savoir plus.", `Bob a créé le groupe "%s"`, "<Médias omis>", "image absente", "(fichier joint)", "pièce jointe ", "Ce message a été supprimé", "Vous avez supprimé ce message", "<Ce message a été modifié>", "Appel vocal manqué"},
	{"pt", "02/01/2006 15:04 - ", "[02/01/06 15:04:05] ", "As mensagens e as chamadas são protegidas com a criptografia de ponta a ponta e ficam somente entre você e os participantes desta conversa. Nem mesmo o WhatsApp pode ler ou ouvi-las. Toque para saber mais.", `Bob criou o grupo "%s"`, "<Mídia oculta>", "imagem ocultada", "(arquivo anexado)", "anexado", "Mensagem apagada", "Você apagou esta mensagem", "<Mensagem editada>", "Chamada de voz perdida"},
	{"nl", "02-01-2006 15:04 - ", "[02-01-2006 15:04:05] ", "Berichten en gesprekken worden end-to-end versleuteld. Niemand buiten deze chat kan ze lezen of beluisteren, zelfs WhatsApp niet. Tik voor meer informatie.", `Bob heeft de groep "%s" gemaakt`, "<Media weggelaten>", "afbeelding weggelaten", "(bestand bijgevoegd)", "bijgevoegd", "Dit bericht is verwijderd", "U hebt dit bericht verwijderd", "<Dit bericht is bewerkt>", "Gemist spraakgesprek"},
	{"pl", "2.01.2006, 15:04 - ", "[2.01.2006, 15:04:05] ", "Wiadomości i połączenia są w pełni zaszyfrowane. Nikt spoza czatu, nawet WhatsApp, nie może ich odczytać ani odsłuchać. Stuknij, aby dowiedzieć się więcej.", `Bob utworzył grupę „%s”`, "<pliki pominięto>", "obraz pominięty", "(plik załączony)", "załączono", "Ta wiadomość została usunięta", "Usunąłeś(-ęłaś) tę wiadomość", "<Ta wiadomość została edytowana>", "Nieodebrane poł. głosowe"},
	{"ru", "02.01.2006, 15:04 - ", "[02.01.2006, 15:04:05] ", "Сообщения и звонки защищены сквозным шифрованием. Третьи лица, включая WhatsApp, не\u00a0могут прочитать ваши сообщения или прослушать звонки. Нажмите, чтобы узнать подробнее.", `Bob создал(-а) группу «%s»`, "<Без медиафайлов>", "изображение отсутствует", "(файл добавлен)", "прикреплено", "Данное сообщение удалено", "Вы удалили данное сообщение", "<Сообщение изменено>", "Пропущенный аудиозвонок"},
	{"uk", "02.01.06, 15:04 - ", "[02.01.06, 15:04:05] ", "Повідомлення й дзвінки захищено наскрізним шифруванням. Прочитати чи прослухати їх не зможе жодна стороння особа, навіть із WhatsApp. Торкніться, щоб дізнатися більше.", `Bob створив(-ла) групу «%s»`, "<Медіа пропущено>", "зображення відсутнє", "(файл прикріплено)", "додано", "Це повідомлення було видалено", "Ви видалили це повідомлення", "<Повідомлення змінено>", "Пропущений аудіодзвінок"},
	{"tr", "2.01.2006 15:04 - ", "[2.01.2006 15:04:05] ", "Mesajlar ve aramalar uçtan uca şifrelidir. WhatsApp da dahil olmak üzere bu sohbetin dışında bulunan hiç kimse mesaj ve aramalarınızı okuyamaz ve dinleyemez. Daha fazla bilgi edinmek için dokunun.", `Bob "%s" grubunu oluşturdu`, "<Medya dahil edilmedi>", "görüntü dahil edilmedi", "(dosya ekli)", "eklendi", "Bu mesaj silindi", "Bu mesajı sildiniz", "<Bu mesaj düzenlendi>", "Cevapsız sesli arama"},
	{"fi", "2.1.2006 klo 15.04 - ", "[2.1.2006 klo 15.04.05] ", "Viestit ja puhelut salataan täysin. Kukaan tämän keskustelun ulkopuolinen, ei edes WhatsApp, voi lukea tai kuunnella niitä. Napauta saadaksesi lisätietoja.", `Bob loi ryhmän "%s"`, "<Media jätetty pois>", "kuva jätetty pois", "(liitetiedosto)", "liite", "Tämä viesti poistettiin", "Poistit tämän viestin", "<Tätä viestiä muokattiin>", "Vastaamaton äänipuhelu"},
	{"sv", "2006-01-02 15:04 - ", "[2006-01-02, 15:04:05] ", "Meddelanden och samtal är komplett krypterade. Ingen utanför denna chatt, inte ens WhatsApp, kan läsa eller lyssna på dem. Tryck för att läsa mer.", `Bob skapade gruppen "%s"`, "<Media har utelämnats>", "bild utesluten", "(bifogad fil)", "bifogat", "Detta meddelande raderades", "Du raderade detta meddelande", "<Det här meddelandet redigerades>", "Missat röstsamtal"},
	{"zh", "2006/1/2 下午3:04 - ", "[2006/1/2 下午3:04:05] ", "消息和通话都进行端到端加密。对话之外的任何人，甚至包含 WhatsApp，都无法读取或收听。点击了解更多。", `Bob创建了群组"%s"`, "<省略多媒体文件>", "图像已忽略", "(文件附件)", "附件", "这条消息已被删除。", "您已删除这条消息。", "<此消息已编辑>", "未接语音通话"},
	{"zh", "2006/1/2 下午3:04 - ", "[2006/1/2, 下午3:04:05] ", "訊息和通話經端對端加密。對話以外的任何人 (即使是 WhatsApp) 均無法查看或聆聽那些內容。點按以瞭解詳情。", `Bob已建立群組「%s」`, "<忽略多媒體檔>", "圖片已略去", "(附件檔案)", "附件", "此訊息已刪除。", "您已刪除此訊息。", "<此訊息已編輯>", "未接語音通話"},
	{"ja", "2006/01/02 15:04 - ", "[2006/01/02 15:04:05] ", "メッセージと通話はエンドツーエンド暗号化されています。チャットの参加者以外は、たとえWhatsAppでも読んだり聞いたりすることはできません。タップして詳細を表示。", `Bobがグループ「%s」を作成しました`, "<メディアは含まれていません>", "画像は含まれていません", "(添付ファイル)", "添付ファイル", "このメッセージは削除されました。", "このメッセージを削除しました。", "<このメッセージは編集されました>", "音声通話不在着信"},
	{"ko", "2006. 1. 2. 오후 3:04 - ", "[2006. 1. 2. 오후 3:04:05] ", "메시지 및 전화는 종단간 암호화되어 안전합니다. 아무도 엿보거나 들을 수 없습니다. WhatsApp에게도 이러한 권한이 없습니다. 더 알아보려면 탭하세요.", `Bob님이 그룹 "%s"을 만들었습니다.`, "<미디어 파일을 생략한 대화내용>", "이미지 생략됨", "(파일 첨부됨)", "첨부됨", "이 메시지는 삭제되었습니다", "삭제한 메시지입니다", "<이 메시지는 수정되었습니다>", "부재중 전화"},
	{"ar", "\u200f2\u200f/1\u200f/2006، 3:04 م - ", "[\u200f2\u200f/1\u200f/2006، 3:04:05 م] ", "الرسائل والمكالمات مشفرة تمامًا بين الطرفين، بحيث لا يستطيع أحد خارج هذه الدردشة، ولا حتى شركة واتساب نفسها، قراءتها أو الاستماع إليها. انقر لمعرفة المزيد.", `أنشأ Bob المجموعة "%s"`, "<تم استبعاد الوسائط>", "لم يتم إدراج الصورة", "(الملف مرفق)", "المُرفق", "تم حذف هذه الرسالة", "لقد حذفت هذه الرسالة", "<تم تعديل هذه الرسالة>", "مكالمة صوتية فائتة"},
}

// render writes a header for a time of the afternoon in a phone's layout.
func render(layout string, t time.Time) string {
	hour := t.Hour()
	layout = strings.NewReplacer("3:04", "h:04").Replace(strings.ReplaceAll(layout, "15:04", "HH:04"))
	layout = strings.ReplaceAll(layout, "15.04", "HH.04")
	out := t.Format(layout)
	out = strings.ReplaceAll(out, "HH", fmt.Sprintf("%02d", hour))
	return strings.ReplaceAll(out, "h:", fmt.Sprintf("%d:", (hour+11)%12+1))
}

// The same chat, as each language's Android and iPhone export it, must give the
// same people, counts and texts.
func TestEveryLanguageGivesTheSameChat(t *testing.T) {
	t.Parallel()
	for i, g := range tonguesTested {
		for _, android := range []bool{true, false} {
			for _, marks := range []bool{true, false} {
				name := fmt.Sprintf("%s-%d/android=%v/marks=%v", g.code, i, android, marks)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					checkChat(t, g, g.chat(android, marks), android)
				})
			}
		}
	}
}

// chat renders one chat of two people with everything in it.
func (g tongue) chat(android, marks bool) string {
	var b strings.Builder
	at := time.Date(2024, 3, 5, 13, 1, 7, 0, time.UTC)
	layout, end, mark := g.iphone, "\r\n", ""
	if android {
		layout, end = g.android, "\n"
	} else if marks {
		mark = "\u200e"
	}
	say := func(who, what string, own bool) {
		at = at.Add(27 * time.Hour).Truncate(time.Hour).Add(13*time.Minute + 7*time.Second)
		if at.Hour() < 13 {
			at = at.Add(12 * time.Hour)
		}
		m := ""
		if own {
			m = mark
		}
		if who != "" {
			who += ": "
		}
		b.WriteString(render(layout, at) + who + m + what + end)
	}
	group := "Team: Alpha"
	channel := group
	if android {
		channel = ""
	}
	say(channel, g.notice, true)
	say("", fmt.Sprintf(g.created, group), true)
	say("Anna", "ciao: come va? 10:30 http://x.example/a:b", false)
	say("~ Bob", "two lines", false)
	b.WriteString("12/03/2024 - deadline: Friday" + end + "" + end + "[x] last: line" + end)
	if android {
		say("Anna", g.omitted, true)
		say("~ Bob", "IMG-20240305-WA0001.jpg "+g.attached+end+"caption: here", true)
	} else {
		say("Anna", g.picture, true)
		say("~ Bob", "<"+g.file+": 00000012-PHOTO-2024-03-05-13-01-07.jpg>", true)
	}
	say("+39 333 123 4567", g.deleted, true)
	say("Anna", g.mine, true)
	say("Anna", "corrected "+mark+g.edited, false)
	say("~ Bob", g.call, true)
	return b.String()
}

func checkChat(t *testing.T, g tongue, text string, android bool) {
	t.Helper()
	e, err := OpenReaderAt("chat.txt", strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := e.Analyze(context.Background())
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	platform := "ios"
	if android {
		platform = "android"
	}
	want := fmt.Sprintf("%s %s 8 2 2 1 {0 2} [{Anna 4} {~ Bob 3} {+39 333 123 4567 1}]", platform, g.code)
	got := fmt.Sprintf("%s %s %d %d %d %d %v %v", a.Platform, a.Language, a.Messages, a.System, a.Deleted, a.Edited, a.Media, a.People)
	if got != want {
		t.Errorf("got  %s\nwant %s\n%s", got, want, text)
	}
	if a.First != "2024-03-08T" && !strings.HasPrefix(a.First, "2024-03-0") || !strings.HasPrefix(a.Last, "2024-03-1") || a.First >= a.Last {
		t.Errorf("from %s to %s (%s, %s)\n%s", a.First, a.Last, a.DateOrder, a.DateOrderReason, text)
	}
	var kinds []string
	for m, err := range e.Messages(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, string(m.Kind))
		switch {
		case m.Line == 3 && m.Text != "ciao: come va? 10:30 http://x.example/a:b",
			m.Line == 4 && m.Text != "two lines\n12/03/2024 - deadline: Friday\n\n[x] last: line",
			m.Edited && m.Text != "corrected",
			android && m.Kind == KindMedia && (m.Text != "caption: here" || m.Files[0] != "IMG-20240305-WA0001.jpg"):
			t.Errorf("line %d: %q %v", m.Line, m.Text, m.Files)
		}
	}
	if got, want := strings.Join(kinds, " "), "system system text text omitted media deleted deleted text call"; got != want {
		t.Errorf("kinds %s, want %s", got, want)
	}
}
