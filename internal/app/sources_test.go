package app_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"clepsydra/internal/account"
	"clepsydra/internal/app"
	"clepsydra/internal/config"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/source"
)

// mailbox takes every mail.
type mailbox struct{ mails chan string }

func (m mailbox) Mail(string, *smtp.MailOptions) error { return nil }
func (m mailbox) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (m mailbox) Reset()                               {}
func (m mailbox) Logout() error                        { return nil }
func (m mailbox) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	m.mails <- string(b)
	return err
}

// openMailbox listens on a port of this machine until the test ends.
func openMailbox(t *testing.T) (mailbox, int) {
	t.Helper()
	m := mailbox{make(chan string, 10)}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return m, nil }))
	srv.Domain = "localhost"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l) // ends with the error of the closed listener
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		_ = l.Close()
		<-done
	})
	return m, l.Addr().(*net.TCPAddr).Port
}

// Whoever leads is told once that a source cannot be read, in a mail that names
// neither the source nor anybody in it.
func TestWhoLeadsIsToldOfASourceThatFails(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	a, err := app.New(config.Config{Address: "127.0.0.1:0"}, databasetest.SQLite(t), database.NewKey(), app.Options{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(ctx, func(err error) { t.Error(err) }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	box, port := openMailbox(t)
	secret, err := a.Accounts.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Accounts.Setup(ctx, secret, account.SetupInput{
		Firm: firm.Firm{Name: "Hoeve", Country: "BE", Zone: "Europe/Brussels", Language: "nl", Languages: []string{"nl"}, AuthorityID: "BE-GBA", Email: "info@example.com"},
		Lead: account.Account{Name: "Lotte", Email: "lotte@example.com", Language: "fr"}, Password: "een lange zin voor de test",
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := a.Firms.Get(ctx, a.DB.R)
	if err != nil {
		t.Fatal(err)
	}
	f.SMTP = firm.SMTP{Host: "127.0.0.1", Port: port, From: "clepsydra@example.com", TLS: "none"}
	if err := a.Accounts.SaveFirm(ctx, journal.System(), f); err != nil {
		t.Fatal(err)
	}
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(shop.Close)
	src, err := a.Sources.Save(ctx, journal.System(), source.Source{Name: "Zomerwinkel", Kind: source.HTTP, URL: shop.URL, Header: "X-Key", Secret: "hush"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Sources.Ask(ctx, journal.System(), src.ID); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-box.mails:
		if !strings.Contains(got, "lotte@example.com") || !strings.Contains(got, "/contacts/sources") || strings.Contains(got, "Zomerwinkel") || strings.Contains(got, "hush") {
			t.Error(got)
		}
	case <-time.After(time.Minute):
		t.Fatal("nobody was told")
	}
	if st, err := a.Sources.ByID(ctx, src.ID); err != nil || st.State.Code != source.CodeAuth || !st.State.Stopped {
		t.Errorf("%+v %v", st.State, err)
	}
}
