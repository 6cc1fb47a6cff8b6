package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clepsydra/internal/config"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clepsydra.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEnvironmentWinsOverFile(t *testing.T) {
	path := write(t, "address: 127.0.0.1:9000\ndata: from-file\n")
	t.Setenv("CLEPSYDRA_DATA", "from-environment")
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Address != "127.0.0.1:9000" || c.Data != "from-environment" {
		t.Fatalf("address %q, data %q", c.Address, c.Data)
	}
}

func TestUnknownFieldIsNamed(t *testing.T) {
	_, err := config.Load(write(t, "adress: 127.0.0.1:9000\n"))
	if err == nil || !strings.Contains(err.Error(), "adress") {
		t.Fatalf("got %v", err)
	}
}

func TestEveryFieldIsChecked(t *testing.T) {
	for name, text := range map[string]string{
		"CLEPSYDRA_ADDRESS":   "address: nowhere\n",
		"CLEPSYDRA_BASE_URL":  "base_url: leak.example.com\n",
		"CLEPSYDRA_DATA":      "data: \"\"\n",
		"CLEPSYDRA_LOG_LEVEL": "log_level: loud\n",
		"CLEPSYDRA_PACKS":     "packs: nowhere\n",
	} {
		if _, err := config.Load(write(t, text)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSecretsPrintAsMask(t *testing.T) {
	c := config.Config{Key: "0123", DatabaseURL: "postgres://u:hunter2@h/d"}
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c)} {
		if strings.Contains(s, "0123") || strings.Contains(s, "hunter2") {
			t.Fatalf("a secret is shown: %s", s)
		}
	}
}

func TestKeyIsKeptApartFromTheData(t *testing.T) {
	c, err := config.Load(write(t, "data: data\n"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(c.KeyFile, "data") {
		t.Fatalf("key file %q lies in the data folder", c.KeyFile)
	}
}
