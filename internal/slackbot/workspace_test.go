package slackbot_test

import (
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/slack-go/slack/slacktest"

	"clepsydra/internal/slackbot"
)

// call is one request the fake Slack received.
type call struct {
	method string
	form   url.Values
}

// workspace is slack-go's test server with the methods it lacks, remembering what
// was asked. answers holds a reply for a method, else it answers as Slack would.
type workspace struct {
	mu      sync.Mutex
	calls   []call
	answers map[string]http.HandlerFunc
	url     string
}

func newWorkspace(t *testing.T) *workspace {
	t.Helper()
	w := &workspace{answers: map[string]http.HandlerFunc{}}
	server := slacktest.NewTestServer(func(c slacktest.Customize) {
		c.Handle("/chat.postMessage", w.handle("chat.postMessage", `{"ok":true,"channel":"C042","ts":"1718359200.000100"}`))
		c.Handle("/chat.update", w.handle("chat.update", `{"ok":true,"channel":"C042","ts":"1718359200.000100","text":"x"}`))
		c.Handle("/chat.postEphemeral", w.handle("chat.postEphemeral", `{"ok":true,"message_ts":"1"}`))
		c.Handle("/conversations.info", w.handle("conversations.info", `{"ok":true,"channel":{"id":"C042","name":"leaks"}}`))
		c.Handle("/auth.test", w.handle("auth.test", `{"ok":true,"team":"Bakkerij","user":"clepsydra","team_id":"T1","user_id":"U1"}`))
	})
	server.Start()
	t.Cleanup(server.Stop)
	w.url = server.GetAPIURL()
	return w
}

func (w *workspace) handle(method, usual string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		w.mu.Lock()
		w.calls = append(w.calls, call{method: method, form: form})
		answer := w.answers[method]
		w.mu.Unlock()
		if answer != nil {
			answer(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		io.WriteString(rw, usual)
	}
}

// answer sets what method replies from now on.
func (w *workspace) answer(method string, status int, body string, header ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[method] = func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			rw.Header().Set(header[i], header[i+1])
		}
		rw.WriteHeader(status)
		io.WriteString(rw, body)
	}
}

func (w *workspace) of(method string) []url.Values {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []url.Values
	for _, c := range w.calls {
		if c.method == method {
			out = append(out, c.form)
		}
	}
	return out
}

func (w *workspace) client(t *testing.T) *slackbot.Client {
	t.Helper()
	c, err := slackbot.New(slackbot.Config{BotToken: "xoxb-test", Channel: "C042", APIURL: w.url}, speak)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
