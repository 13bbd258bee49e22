namespace Streaming.Gateway.Access;

/// <summary>
/// Tells whether who asks for what everybody may see is the operator, who is told more. A wrong token is a stranger's, and counts as
/// a guess; while an address is held off, all of it are strangers: what is shown tells nobody whether a token is right sooner than
/// <see cref="AdminOnly"/> does.
/// </summary>
internal sealed class OperatorSight(AdminToken token, AdminGuesses guesses)
{
    public bool IsOperator(HttpContext context)
    {
        // Other schemes are for somebody else: a reverse proxy may have asked for a password.
        if (!AdminToken.IsBearer(context.Request.Headers.Authorization) || guesses.WaitOf(context) is not null)
        {
            return false;
        }

        if (token.Admits(context.Request))
        {
            return true;
        }

        guesses.Refused(context);
        return false;
    }
}
