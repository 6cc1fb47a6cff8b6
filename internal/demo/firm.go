package demo

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/app"
	"clepsydra/internal/config"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
)

// Person is somebody of the firm with the password that was made for him.
type Person struct {
	account.Account
	Password string
	Task     string // what he is in the firm, for the list that is printed
}

// House is the running program with the made-up firm in it, in a folder of its own.
type House struct {
	App    *app.App
	Clock  *Clock
	Slack  *Workspace
	Mail   *Mailbox
	People []Person // the lead first
	dir    string   // to remove at the end; empty: it stays
}

// Options say how the house is opened. At is what the clock shows first; zero is
// the present. Log may be nil. Chat connects the local Slack and mail server from
// the beginning. Dir is a folder that stays; empty: a temporary one that goes.
type Options struct {
	Dir     string
	Address string
	At      time.Time
	Log     *slog.Logger
	Chat    bool
}

// Open starts the program on an empty database in a temporary folder and sets the
// firm up. failed hears when serving ends by itself. Close ends everything and
// removes the folder.
func Open(ctx context.Context, o Options, failed func(error)) (_ *House, err error) {
	h := &House{Clock: NewClock(o.At)}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close(context.WithoutCancel(ctx)))
		}
	}()
	dir := o.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "clepsydra-demo-"); err != nil {
			return nil, fmt.Errorf("demo: folder: %w", err)
		}
		h.dir = dir
	}
	if h.Slack, err = NewWorkspace(h.Clock.Now); err != nil {
		return nil, err
	}
	if h.Mail, err = NewMailbox(); err != nil {
		return nil, err
	}
	cfg := config.Config{Address: o.Address, Data: DataIn(dir), KeyFile: KeyIn(dir), LogLevel: "info"}
	db, key, _, err := app.OpenData(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	if h.App, err = app.New(cfg, db, key, app.Options{Clock: h.Clock, Log: o.Log}); err != nil {
		return nil, errors.Join(fmt.Errorf("demo: %w", err), db.Close())
	}
	if err := h.App.Start(ctx, failed); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	if err := h.setUp(ctx, o.Chat); err != nil {
		return nil, fmt.Errorf("demo: set up: %w", err)
	}
	return h, nil
}

// DataIn is where Open puts the data in a folder.
func DataIn(dir string) string { return filepath.Join(dir, "data") }

// KeyIn is the key file of DataIn's data.
func KeyIn(dir string) string { return filepath.Join(dir, "key", "clepsydra.key") }

// Close ends the program, Slack and the mail server and removes the folder.
func (h *House) Close(ctx context.Context) error {
	var errs []error
	if h.App != nil {
		errs = append(errs, h.App.Stop(ctx))
	}
	if h.Slack != nil {
		errs = append(errs, h.Slack.Close())
	}
	if h.Mail != nil {
		errs = append(errs, h.Mail.Close())
	}
	if h.dir != "" {
		errs = append(errs, os.RemoveAll(h.dir))
	}
	return errors.Join(errs...)
}

// ReportLink is the secret address at which staff report.
func (h *House) ReportLink(ctx context.Context) (string, error) {
	f, err := h.App.Firms.Get(ctx, h.App.DB.R)
	if err != nil {
		return "", err
	}
	return h.App.BaseURL() + "/report/" + f.ReportToken, nil
}

// Lead is who leads when data leak.
func (h *House) Lead() Person { return h.People[0] }

// staff are the people of the firm; the first four have a part in its settings.
func staff() []Person {
	person := func(task, name, mail string, r account.Role) Person {
		return Person{Task: task, Account: account.Account{Name: name, Email: mail + "@hoeve.example.com", Role: r, Language: "nl"}}
	}
	return []Person{
		person("leads when data leak, and keeps the settings", "Lotte Verhelst", "lotte", account.Administrator),
		person("deputy", "Jan Prinsen", "jan", account.Manager),
		person("last resort", "Marleen De Backer", "marleen", account.Manager),
		person("data protection officer", "Farah El Idrissi", "farah", account.DPO),
		person("helps with incidents", "Noor Claessens", "noor", account.Handler),
		person("auditor, may only look", "Thomas Wuyts", "thomas", account.Auditor),
	}
}

// sampleFirm is the farm shop.
func sampleFirm(people []Person) firm.Firm {
	return firm.Firm{
		Name: "Hoeve Ter Linde", Street: "Molenstraat 14", Postcode: "9000", City: "Gent", Country: "BE", Zone: "Europe/Brussels",
		Email: "info@hoeve.example.com", Phone: "+32 9 555 01 00", Website: "www.hoeve.example.com", CompanyNumber: "BE 0123.456.749",
		Sector: "private", Size: "micro", Language: "nl", Languages: []string{"nl", "fr", "de", "en"}, AuthorityID: "BE-GBA",
		DPOName: people[3].Name, DPOEmail: people[3].Email, DPOPhone: "+32 9 555 01 02",
		ContactPoint: firm.ContactPoint{Name: people[3].Name, Email: "privacy@hoeve.example.com", Phone: "+32 9 555 01 02"},
		Logo:         logo(),
	}
}

// setUp does what the first visitor does: the firm, its lead and those who stand
// in; then the others are invited and everybody chooses a password.
func (h *House) setUp(ctx context.Context, chat bool) error {
	h.People = staff()
	for k := range h.People {
		h.People[k].Password = newPassword()
	}
	accounts := h.App.Accounts
	secret, err := accounts.SetupLink(ctx)
	if err != nil {
		return err
	}
	res, err := accounts.Setup(ctx, secret, account.SetupInput{
		Firm: sampleFirm(h.People), Lead: h.People[0].Account, Password: h.People[0].Password,
		Deputy: h.People[1].Account, LastResort: h.People[2].Account,
	})
	if err != nil {
		return err
	}
	h.People[0].Account = res.Lead
	actor := journal.Actor{Kind: journal.ByAccount, ID: string(res.Lead.ID)}
	for k := 1; k < len(h.People); k++ {
		p := &h.People[k]
		link, invited := res.Invites[p.Email]
		if !invited {
			if p.Account, link, err = accounts.Invite(ctx, actor, p.Account); err != nil {
				return err
			}
		}
		if p.Account, err = accounts.Accept(ctx, link, p.Password); err != nil {
			return err
		}
	}
	return h.connect(ctx, actor, chat)
}

// connect gives the firm its address and, with chat, its channels.
func (h *House) connect(ctx context.Context, actor journal.Actor, chat bool) error {
	f, err := h.App.Firms.Get(ctx, h.App.DB.R)
	if err != nil {
		return err
	}
	f.BaseURL = h.App.BaseURL()
	if chat {
		f.Slack = firm.Slack{BotToken: slackToken, Channel: slackChannel, SigningSecret: slackSecret, APIURL: h.Slack.URL()}
		f.SMTP = firm.SMTP{Host: h.Mail.Host(), Port: h.Mail.Port(), From: f.Name + " <clepsydra@hoeve.example.com>", TLS: "none"}
	}
	return h.App.Accounts.SaveFirm(ctx, actor, f)
}

// newPassword makes a password that can be typed from a screen.
func newPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	b := make([]byte, 12)
	rand.Read(b) // never fails (crypto/rand)
	for k, v := range b {
		b[k] = letters[int(v)%len(letters)]
	}
	return fmt.Sprintf("%s-%s-%s", b[:4], b[4:8], b[8:])
}

// logo draws the mark of the farm: a lime tree on a field.
func logo() []byte {
	const size = 240
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	paint := func(x, y int) color.Color {
		in := func(cx, cy, r int) bool { return (x-cx)*(x-cx)+(y-cy)*(y-cy) < r*r }
		switch {
		case in(120, 84, 58) || in(78, 112, 44) || in(162, 112, 44):
			return color.RGBA{0x3f, 0x7d, 0x3a, 0xff}
		case x > 110 && x < 130 && y > 110 && y < 204:
			return color.RGBA{0x7a, 0x55, 0x36, 0xff}
		case y > 196 && y < 212 && x > 24 && x < size-24:
			return color.RGBA{0xc9, 0xa2, 0x3a, 0xff}
		}
		return color.White
	}
	for y := range size {
		for x := range size {
			img.Set(x, y, paint(x, y))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil // cannot happen: the picture is not empty
	}
	return out.Bytes()
}

// Actor is the lead as the journal knows her.
func (h *House) Actor() journal.Actor {
	return journal.Actor{Kind: journal.ByAccount, ID: string(h.Lead().ID)}
}

// SignIn opens a browser in which somebody of the firm is signed in.
func (h *House) SignIn(ctx context.Context, p Person) (*Browser, error) {
	b, err := NewBrowser(h.App.BaseURL())
	if err != nil {
		return nil, err
	}
	return b, b.SignIn(ctx, p)
}

// Accounts lists who can sign in, for the terminal.
func (h *House) Accounts() string {
	var b strings.Builder
	width := 0
	for _, p := range h.People {
		width = max(width, len(p.Email))
	}
	for _, p := range h.People {
		fmt.Fprintf(&b, "    %-*s  %s  %s, %s\n", width, p.Email, p.Password, p.Name, cmp.Or(p.Task, string(p.Role)))
	}
	return b.String()
}
