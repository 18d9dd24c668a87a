package whatsapp

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"verbale/internal/problem"
)

const twoLines = "29/01/18, 23:24 - Anna: IMG-20180129-WA0001.jpg (file attached)\n29/01/18, 23:25 - Bob: PTT-20180129-WA0002.opus (file attached)\n"

type file struct {
	name    string
	content string
	mode    fs.FileMode
	flags   uint16
	store   bool
}

func pack(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Flags: f.flags}
		if f.store {
			h.Method = zip.Store
		}
		if f.mode != 0 {
			h.SetMode(f.mode)
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func analyze(t testing.TB, name string, content []byte) (Analysis, error) {
	t.Helper()
	e, err := OpenReaderAt(name, bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return Analysis{}, err
	}
	return e.Analyze(context.Background())
}

func codes(a Analysis) (out []string) {
	for _, w := range a.Warnings {
		out = append(out, w.Code)
	}
	return out
}

func TestMediaIsFoundBesideTheChatOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files   []file
		present int
		warn    string
	}{
		"flat":             {[]file{{name: "_chat.txt", content: twoLines}, {name: "IMG-20180129-WA0001.jpg", content: "x"}, {name: "PTT-20180129-WA0002.opus", content: "y"}}, 2, ""},
		"in a folder":      {[]file{{name: "WhatsApp Chat - X/_chat.txt", content: twoLines}, {name: "WhatsApp Chat - X/IMG-20180129-WA0001.jpg", content: "x"}, {name: "__MACOSX/WhatsApp Chat - X/._chat.txt", content: "x"}}, 1, "media_missing"},
		"in another":       {[]file{{name: "_chat.txt", content: twoLines}, {name: "media/IMG-20180129-WA0001.jpg", content: "x"}}, 0, "media_missing"},
		"climbing":         {[]file{{name: "_chat.txt", content: twoLines}, {name: "../IMG-20180129-WA0001.jpg", content: "x"}}, 0, "zip_entry_skipped"},
		"absolute":         {[]file{{name: "_chat.txt", content: twoLines}, {name: "/IMG-20180129-WA0001.jpg", content: "x"}}, 0, "zip_entry_skipped"},
		"backslash":        {[]file{{name: "_chat.txt", content: twoLines}, {name: `..\IMG-20180129-WA0001.jpg`, content: "x"}}, 0, "zip_entry_skipped"},
		"NUL":              {[]file{{name: "_chat.txt", content: twoLines}, {name: "IMG-20180129-WA0001.jpg\x00.exe", content: "x"}}, 0, "zip_entry_skipped"},
		"link":             {[]file{{name: "_chat.txt", content: twoLines}, {name: "IMG-20180129-WA0001.jpg", content: "/etc/passwd", mode: fs.ModeSymlink | 0o777}}, 0, "zip_entry_skipped"},
		"twice":            {[]file{{name: "_chat.txt", content: twoLines}, {name: "IMG-20180129-WA0001.jpg", content: "x"}, {name: "IMG-20180129-WA0001.jpg", content: "z"}}, 1, "zip_duplicate"},
		"locked":           {[]file{{name: "_chat.txt", content: twoLines}, {name: "IMG-20180129-WA0001.jpg", content: "x", flags: 1}}, 0, "zip_entry_locked"},
		"beside a letter":  {[]file{{name: "letter.txt", content: strings.Repeat("a long letter\n", 999)}, {name: "WhatsApp Chat with X.txt", content: twoLines}}, 0, "media_missing"},
		"two exports":      {[]file{{name: "a.txt", content: "29/01/18, 23:24 - Carl: x\n"}, {name: "b.txt", content: twoLines}, {name: "IMG-20180129-WA0001.jpg", content: "x"}}, 1, "media_missing"},
		"names with marks": {[]file{{name: "_chat.txt", content: strings.Replace(twoLines, "IMG", "\u200eIMG", 1)}, {name: "IMG-20180129-WA0001.jpg", content: "x"}}, 1, "media_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := analyze(t, "x.zip", pack(t, c.files...))
			if err != nil {
				t.Fatal(err)
			}
			if a.Messages != 2 || a.Media.Present != c.present || a.Media.Present+a.Media.Missing != 2 {
				t.Errorf("%+v", a)
			}
			if c.warn != "" && !strings.Contains(fmt.Sprint(codes(a)), c.warn) {
				t.Errorf("warnings %v, want %s", codes(a), c.warn)
			}
		})
	}
}

func TestHostileZipsAreRefusedByName(t *testing.T) {
	t.Parallel()
	good := pack(t, file{name: "_chat.txt", content: twoLines}, file{name: "a.jpg", content: strings.Repeat("x", 5000), store: true})
	many := func() []byte {
		files := []file{{name: "_chat.txt", content: twoLines}}
		for i := range maxEntries + 1 {
			files = append(files, file{name: fmt.Sprint(i), store: true})
		}
		return pack(t, files...)
	}
	for code, content := range map[string][]byte{
		"import.zip_damaged":   good[:len(good)/2],
		"import.zip_too_many":  many(),
		"import.zip_bomb":      pack(t, file{name: "_chat.txt", content: twoLines}, file{name: "a.jpg", content: strings.Repeat("\x00", bombFloor+1)}),
		"import.zip_encrypted": pack(t, file{name: "_chat.txt", content: twoLines, flags: 1}),
		"import.zip_nested":    pack(t, file{name: "chat.zip", content: string(good)}),
		"import.not_an_export": pack(t, file{name: "a.jpg", content: "x"}),
		"import.empty":         pack(t, file{name: "_chat.txt"}),
		"import.zip_method":    otherMethod(good),
	} {
		if _, err := analyze(t, "x.zip", content); problem.Of(err) == nil || problem.Of(err).Code != code {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	if _, err := analyze(t, "x.zip", []byte("no zip at all")); problem.Of(err) == nil || problem.Of(err).Code != "import.zip_damaged" {
		t.Errorf("a text named .zip: %v", err)
	}
}

// otherMethod says of the first entry that it is packed in another way.
func otherMethod(content []byte) []byte {
	out := bytes.Clone(content)
	binary.LittleEndian.PutUint16(out[bytes.Index(out, []byte("PK\x03\x04"))+8:], 99)
	binary.LittleEndian.PutUint16(out[bytes.Index(out, []byte("PK\x01\x02"))+10:], 99)
	return out
}

// A zip may say that an entry is shorter, or longer, than what it unpacks to.
func TestLiesAboutSizesEndInAnErrorNotInMemory(t *testing.T) {
	t.Parallel()
	content := pack(t, file{name: "_chat.txt", content: strings.Repeat(twoLines, 2000)})
	directory := bytes.Index(content, []byte("PK\x01\x02"))
	for _, size := range []uint32{1, 1000, 1 << 30} {
		lie := bytes.Clone(content)
		binary.LittleEndian.PutUint32(lie[directory+24:], size)
		if a, err := analyze(t, "x.zip", lie); problem.Of(err) == nil {
			t.Errorf("said to be %d bytes: %v, %v", size, a.Messages, err)
		}
	}
}

func TestMediaStreamsAndOtherNamesDoNot(t *testing.T) {
	t.Parallel()
	content := pack(t, file{name: "_chat.txt", content: twoLines}, file{name: "IMG-20180129-WA0001.jpg", content: "photo"}, file{name: "dir/x.jpg", content: "no"})
	e, err := OpenReaderAt("x.zip", bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	r, size, err := e.Media("IMG-20180129-WA0001.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "photo" || size != 5 {
		t.Errorf("%q %d %v", got, size, err)
	}
	for _, name := range []string{"", "_chat.txt", "dir/x.jpg", "../_chat.txt", `dir\x.jpg`, "none.jpg"} {
		if _, _, err := e.Media(name); problem.Of(err) == nil {
			t.Errorf("%q could be opened", name)
		}
	}
}

// made is a large file that is nowhere: its bytes are computed when read.
type made struct {
	size int64
	at   func(p []byte, off int64)
}

func (m made) ReadAt(p []byte, off int64) (int, error) {
	if off >= m.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), m.size-off))
	m.at(p[:n], off)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// A line of 2 GB must be refused after its first megabyte.
func TestEndlessLineIsRefusedEarly(t *testing.T) {
	t.Parallel()
	head := []byte("29/01/18, 23:24 - Anna: ")
	var read int64
	src := made{2 << 30, func(p []byte, off int64) {
		read += int64(len(p))
		for i := range p {
			p[i] = 'x'
			if at := off + int64(i); at < int64(len(head)) {
				p[i] = head[at]
			}
		}
	}}
	e, err := OpenReaderAt("x.txt", src, src.size)
	if err == nil {
		_, err = e.Analyze(context.Background())
	}
	if !errors.Is(err, errLineTooLong) || read > 4<<20 {
		t.Errorf("%v after %d bytes", err, read)
	}
}

// A file of many megabytes that never says who writes is given up early.
func TestForeignFilesAreGivenUpEarly(t *testing.T) {
	t.Parallel()
	var read int64
	src := made{4 << 30, func(p []byte, off int64) {
		read += int64(len(p))
		for i := range p {
			p[i] = "not a chat, but a very long log file of something\n"[(off+int64(i))%50]
		}
	}}
	e, err := OpenReaderAt("log.txt", src, src.size)
	if err == nil {
		_, err = e.Analyze(context.Background())
	}
	if !errors.Is(err, errNotAnExport) || read > 4<<20 {
		t.Errorf("%v after %d bytes", err, read)
	}
}

// slowHeap watches how much memory a reading needs, while it goes on.
type slowHeap struct {
	io.ReaderAt
	reads int
	peak  uint64
}

func (s *slowHeap) ReadAt(p []byte, off int64) (int, error) {
	if s.reads++; s.reads%200 == 1 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s.peak = max(s.peak, m.HeapAlloc)
	}
	return s.ReaderAt.ReadAt(p, off)
}

// A zip of some 200 MB, most of it one stored video and the rest a chat of
// 10 MB, is read with little memory; not parallel, since it watches the heap.
// raced says that the race detector is on.
var raced bool

func TestLargeZipNeedsLittleMemory(t *testing.T) {
	video := int64(192 << 20)
	if raced {
		video = 48 << 20 // more than the heap may grow by
	}
	disk, err := os.Create(filepath.Join(t.TempDir(), "x.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	z := zip.NewWriter(disk)
	w, _ := z.Create("_chat.txt")
	messages := 0
	for n := 0; n < 10<<20; messages++ {
		k, _ := fmt.Fprintf(w, "[%02d/%02d/2019, %02d:%02d:%02d] Person %d: message number %d, with some words in it\r\n", messages/60000%28+1, messages/60000/28%12+1, messages/3600%24, messages/60%60, messages%60, messages%30, messages)
		n += k
	}
	v, _ := z.CreateHeader(&zip.FileHeader{Name: "00000001-VIDEO-2019-01-01-00-00-00.mp4", Method: zip.Store})
	noise := rand.NewChaCha8([32]byte{})
	if _, err := io.CopyN(v, noise, video); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	total, err := disk.Seek(0, io.SeekEnd)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	src := &slowHeap{ReaderAt: disk}
	e, err := OpenReaderAt("x.zip", src, total)
	if err != nil {
		t.Fatal(err)
	}
	a, err := e.Analyze(context.Background())
	if err != nil || a.Messages != messages {
		t.Fatalf("%d of %d messages, %v", a.Messages, messages, err)
	}
	r, size, err := e.Media("00000001-VIDEO-2019-01-01-00-00-00.mp4")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, r); err != nil || n != size || n != video {
		t.Fatalf("%d of %d bytes, %v", n, size, err)
	}
	grown := int64(src.peak) - int64(before.HeapAlloc)
	t.Logf("%d MB zip, %d messages, heap grew by %d MB", total>>20, messages, grown>>20)
	if grown > 32<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}
