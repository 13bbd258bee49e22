using System.Globalization;

namespace Streaming.Gateway.Access;

/// <summary>
/// Keeps admin tokens from being guessed: an address that guessed wrong too often is refused unread for some seconds. A token
/// that was configured may be a word that can be guessed, so the right one has to wait too.
/// </summary>
internal sealed partial class AdminGuesses(TimeProvider time, AccessInstruments instruments, ILogger<AdminGuesses> logger)
{
    /// <summary>Wrong tokens that an address may send at once: a person's, and those of a script that is being set up.</summary>
    public const int Burst = 20;

    /// <summary>Time that each further one takes: 17,280 a day.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const string Secret = "admin_token";

    private readonly WrongGuesses _guesses = new(time, Burst, Interval, Interval);
    private readonly Tally _wrong = new(time);
    private readonly Tally _heldOff = new(time);

    /// <summary>The refusal of a request whose token is not looked at; null when it is to be.</summary>
    public IResult? HoldOff(HttpContext context)
    {
        if (WaitOf(context) is not { } wait)
        {
            return null;
        }

        var seconds = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.RetryAfter = seconds;
        return Results.Problem(
            title: "Too many wrong admin tokens came from this address.",
            detail: $"Try again in {seconds} s. If all requests come by a reverse proxy, name it in Streaming:Access:Proxies, so "
                + "that its clients are told apart.",
            statusCode: StatusCodes.Status429TooManyRequests);
    }

    /// <summary>How long a request has to wait whose token is not looked at, counted and told; null when it is to be looked at.</summary>
    public TimeSpan? WaitOf(HttpContext context)
    {
        var address = AddressOf(context);
        if (_guesses.WaitOf(address) is var wait && wait == TimeSpan.Zero
            || Guess(context) is not { } guess || _guesses.IsKnown(address, guess))
        {
            return null;
        }

        instruments.HeldOff(Secret);
        if (_heldOff.IsDue(out var count))
        {
            LogHeldOff(count, address);
        }

        return wait;
    }

    /// <summary>The request had no token or a wrong one.</summary>
    public void Refused(HttpContext context)
    {
        if (Guess(context) is not { } guess)
        {
            return; // Who sends nothing guesses nothing.
        }

        var address = AddressOf(context);
        _guesses.Add(address, guess);
        instruments.WrongGuess(Secret);
        if (_wrong.IsDue(out var count))
        {
            LogWrong(count, address);
        }
    }

    private static NetworkPrefix AddressOf(HttpContext context) => NetworkPrefix.Of(context.Connection.RemoteIpAddress);

    private static int? Guess(HttpContext context) => context.Request.Headers.Authorization.ToString() is { Length: > 0 } sent
        ? string.GetHashCode(sent, StringComparison.Ordinal)
        : null;

    [LoggerMessage(123, LogLevel.Warning,
        "{Count} requests were held off since this was last told, the newest from {Address}: too many wrong admin tokens")]
    private partial void LogHeldOff(long count, NetworkPrefix address);

    [LoggerMessage(120, LogLevel.Warning, "{Count} wrong admin tokens since this was last told, the newest from {Address}")]
    private partial void LogWrong(long count, NetworkPrefix address);
}
