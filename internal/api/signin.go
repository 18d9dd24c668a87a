package api

import (
	"context"

	"verbale/internal/login"
)

func (s *Server) signIn() {
	type passwordSignIn struct {
		Body struct {
			Login    string `json:"login" maxLength:"500"`
			Password string `json:"password" maxLength:"5000"`
		}
	}
	handle(s, public("POST", "/sign-in/password", "sign-in-password", "Sign in with login and password", "start"), func(ctx context.Context, in *passwordSignIn) (*signedInReply, error) {
		c, err := atCompany(ctx)
		if err != nil {
			return nil, err
		}
		actor, secret, err := login.SignIn(ctx, c.tenant, login.PasswordSignIn{
			Login: in.Body.Login, Password: in.Body.Password, Address: s.address(c.request), Device: deviceName(c.request),
		})
		if err != nil {
			return nil, err
		}
		c.actor = actor
		return s.welcome(ctx, c, secret)
	})
}

// atCompany is for calls without a session that need a company all the same.
func atCompany(ctx context.Context) (caller, error) {
	c := from(ctx)
	if c.tenant == nil {
		return c, errWhichCompany
	}
	return c, nil
}
