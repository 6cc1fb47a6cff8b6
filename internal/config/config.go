// Package config turns a file and the environment into one checked struct. What
// the firm decides by itself (authority, deputy, Slack, mail) is not here but in
// the settings pages; this is what whoever runs the machine decides.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"
)

// Secret is a text that prints as a mask.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[secret]"
}

// GoString hides the secret.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret, so that no log or dump shows it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Config is what the machine's keeper decides. The environment wins over the file.
type Config struct {
	// Address to listen on. Port 0 picks a free one.
	Address string `env:"CLEPSYDRA_ADDRESS" yaml:"address"`
	// BaseURL is how people reach the program, such as https://leak.example.com;
	// empty means http on the address. With https, cookies are for https only.
	BaseURL string `env:"CLEPSYDRA_BASE_URL" yaml:"base_url"`
	// Data is the folder of the database file.
	Data string `env:"CLEPSYDRA_DATA" yaml:"data"`
	// KeyFile holds the key of the data; empty means clepsydra.key in the folder
	// of the user's configuration, apart from the data.
	KeyFile string `env:"CLEPSYDRA_KEY_FILE" yaml:"key_file"`
	// Key is the key itself, for those who keep secrets elsewhere.
	Key Secret `env:"CLEPSYDRA_KEY" yaml:"-"`
	// DatabaseURL is the address of a PostgreSQL server; empty means the file.
	DatabaseURL Secret `env:"CLEPSYDRA_DATABASE_URL" yaml:"database_url"`
	// Packs is a folder with rule packs of the firm's own, laid over the shipped
	// ones (workflows/README.md); empty means none.
	Packs string `env:"CLEPSYDRA_PACKS" yaml:"packs"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `env:"CLEPSYDRA_LOG_LEVEL" yaml:"log_level"`
	// TrustProxy names the header in which a reverse proxy gives the visitor's
	// address, such as X-Forwarded-For; empty trusts none.
	TrustProxy string `env:"CLEPSYDRA_PROXY_HEADER" yaml:"proxy_header"`
}

// Load reads the file at path, if one is named, and then the environment, fills in
// what is left out and checks the whole. A field that the file has and the
// program does not know is an error with its line.
func Load(path string) (Config, error) {
	c := Config{Address: "127.0.0.1:8080", Data: "data", LogLevel: "info"}
	if path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return Config{}, fmt.Errorf("read configuration: %w", err)
		}
		if err := yaml.UnmarshalWithOptions(b, &c, yaml.Strict()); err != nil {
			return Config{}, fmt.Errorf("configuration %s: %w", path, err)
		}
	}
	if err := env.Parse(&c); err != nil {
		return Config{}, fmt.Errorf("configuration: %w", err)
	}
	if c.KeyFile == "" {
		c.KeyFile = keyFile()
	}
	return c, c.Validate()
}

// keyFile is where the key goes by default: not beside the data, because whoever
// copies the data folder for a backup must not copy the key with it.
func keyFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "clepsydra.key"
	}
	return filepath.Join(dir, "clepsydra", "clepsydra.key")
}

// Validate checks every field and those that depend on each other, and reports
// all it finds.
func (c Config) Validate() error {
	var errs []error
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		errs = append(errs, fmt.Errorf("CLEPSYDRA_ADDRESS %q: write host:port, such as 127.0.0.1:8080", c.Address))
	}
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			errs = append(errs, fmt.Errorf("CLEPSYDRA_BASE_URL %q: write https://host without a path", c.BaseURL))
		}
	}
	if c.Data == "" && c.DatabaseURL == "" {
		errs = append(errs, errors.New("CLEPSYDRA_DATA: name the folder for the data, or set CLEPSYDRA_DATABASE_URL"))
	}
	if info, err := os.Stat(c.Packs); c.Packs != "" && (err != nil || !info.IsDir()) {
		errs = append(errs, fmt.Errorf("CLEPSYDRA_PACKS %q: name the folder with your own rule packs, or leave it out", c.Packs))
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		errs = append(errs, fmt.Errorf("CLEPSYDRA_LOG_LEVEL %q: write debug, info, warn or error", c.LogLevel))
	}
	return errors.Join(errs...)
}

// DatabaseFile is the path of the SQLite file.
func (c Config) DatabaseFile() string { return filepath.Join(c.Data, "clepsydra.db") }

// HasData reports whether the database file is there already, so that a missing
// key is a mistake and not a first start.
func (c Config) HasData() (bool, error) {
	if c.DatabaseURL != "" {
		return false, nil
	}
	_, err := os.Stat(c.DatabaseFile())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
