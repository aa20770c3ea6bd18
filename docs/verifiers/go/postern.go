// Package postern checks Postern-Assertion. It needs the standard library alone.
package postern

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Identity says who asks; docs/applications.md lists its other members.
type Identity struct {
	Sub, Username, Name, Email, Role string
	Groups                           []string
	EmailVerified                    bool `json:"email_verified"`
}

// Verifier checks assertions for the application at Origin, such as "https://app.example.com".
type Verifier struct {
	Origin string
	// Keys is the address of Postern's keys:
	// "https://login.example.com/.well-known/postern/jwks.json".
	Keys string

	lock    sync.Mutex
	fetched time.Time
	keys    map[string]*ecdsa.PublicKey
}

// Identity returns who makes the request; answer an error with 401. Now is time.Now().
func (v *Verifier) Identity(request *http.Request, now time.Time) (*Identity, error) {
	values := request.Header.Values("Postern-Assertion")
	if len(values) != 1 {
		return nil, errors.New("no assertion, or more than one")
	}
	parts := strings.Split(values[0], ".")
	var header struct{ Alg, Typ, Kid string }
	if len(parts) != 3 || decode(parts[0], &header) != nil {
		return nil, errors.New("not a token")
	}
	// Any other kind of token is none of ours, whoever signed it (RFC 8725, section 3.11).
	if header.Alg != "ES256" || header.Typ != "postern+jwt" {
		return nil, errors.New("not an assertion")
	}
	key, err := v.key(header.Kid, now)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		return nil, errors.New("not a signature")
	}
	if !ecdsa.Verify(key, digest[:], number(signature[:32]), number(signature[32:])) {
		return nil, errors.New("wrong signature")
	}
	var claims struct {
		Identity
		Aud      string
		Iat, Exp *int64
	}
	if decode(parts[1], &claims) != nil || claims.Iat == nil || claims.Exp == nil {
		return nil, errors.New("not an assertion")
	}
	if claims.Aud != v.Origin {
		return nil, errors.New("for another application")
	}
	if *claims.Iat-30 > now.Unix() || now.Unix()-30 >= *claims.Exp {
		return nil, errors.New("not valid now")
	}
	return &claims.Identity, nil
}

// key returns the key of that name. An unknown one may be new, or a forger's.
func (v *Verifier) key(kid string, now time.Time) (*ecdsa.PublicKey, error) {
	v.lock.Lock()
	defer v.lock.Unlock()
	if v.keys[kid] == nil && now.Sub(v.fetched) >= 10*time.Second {
		v.fetched = now
		client := http.Client{Timeout: 5 * time.Second}
		answer, err := client.Get(v.Keys)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		var set struct {
			Keys []struct{ Kid, Alg, X, Y string }
		}
		if err := json.NewDecoder(answer.Body).Decode(&set); err != nil {
			return nil, err
		}
		v.keys = map[string]*ecdsa.PublicKey{}
		for _, key := range set.Keys {
			x, wrongX := base64.RawURLEncoding.DecodeString(key.X)
			y, wrongY := base64.RawURLEncoding.DecodeString(key.Y)
			if key.Alg == "ES256" && wrongX == nil && wrongY == nil {
				v.keys[key.Kid] = &ecdsa.PublicKey{Curve: elliptic.P256(), X: number(x), Y: number(y)}
			}
		}
	}
	if v.keys[kid] == nil {
		return nil, errors.New("signed by a key that is not Postern's")
	}
	return v.keys[kid], nil
}

func number(bytes []byte) *big.Int { return new(big.Int).SetBytes(bytes) }

func decode(part string, into any) error {
	bytes, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(bytes, into)
}
