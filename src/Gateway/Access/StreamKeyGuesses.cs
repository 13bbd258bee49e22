using Streaming.Pipeline.Rtmp;

namespace Streaming.Gateway.Access;

/// <summary>
/// Makes guessing stream keys slow: who guessed wrong too often waits for each refusal, while the connection counts as one of
/// its address's. The right key is let in at once from any address: keys are made here, of 192 bits, and no guessing finds one,
/// but many broadcasters may be behind one address.
/// </summary>
internal sealed partial class StreamKeyGuesses(
    PublishAuthorizer authorizer, TimeProvider time, AccessInstruments instruments, ILogger logger)
{
    /// <summary>Different wrong keys that an address may send at once.</summary>
    public const int Burst = 20;

    /// <summary>Time that each further one takes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The longest that a refusal is held: encoders wait about that long for an answer.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    private const string Secret = "stream_key";

    private readonly WrongGuesses _guesses = new(time, Burst, Interval, WaitMax);
    private readonly Tally _wrong = new(time);
    private readonly Tally _heldOff = new(time);

    /// <summary>Decides on a publisher. A <see cref="PublishAuthorizer"/>.</summary>
    public async ValueTask<PublishAnswer> AuthorizeAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var answer = await authorizer(request, cancellationToken);
        if (answer is not PublishAnswer.Refused { Refusal: PublishRefusal.UnknownKey })
        {
            return answer;
        }

        var address = NetworkPrefix.Of(request.Remote);
        var wait = _guesses.Add(address, string.GetHashCode(request.StreamKey, StringComparison.Ordinal));
        instruments.WrongGuess(Secret);
        if (_wrong.IsDue(out var count))
        {
            LogWrong(count, address);
        }

        if (wait > TimeSpan.Zero)
        {
            instruments.HeldOff(Secret);
            if (_heldOff.IsDue(out var heldOff))
            {
                LogHeldOff(heldOff, address);
            }

            await Task.Delay(wait, time, cancellationToken);
        }

        return answer;
    }

    [LoggerMessage(124, LogLevel.Warning,
        "{Count} publishers were held off since this was last told, the newest from {Address}: too many wrong stream keys")]
    private partial void LogHeldOff(long count, NetworkPrefix address);

    [LoggerMessage(121, LogLevel.Warning, "{Count} wrong stream keys since this was last told, the newest from {Address}")]
    private partial void LogWrong(long count, NetworkPrefix address);
}
