using System.Net;
using Microsoft.Extensions.Time.Testing;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Gcs;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>When is tried again, and what becomes of what does not succeed; by a clock of ours.</summary>
public sealed class GcsRetryTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly GcsCall Call = new("store a", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(8));

    private readonly FakeTimeProvider _time = new();
    private readonly List<TimeSpan> _triedAt = [];
    private readonly List<GcsFaultKind> _retried = [];

    [Fact]
    public async Task Run_Fails_PausesGrowAndAreNeverTheSame()
    {
        var answer = Run(tries => tries < 9 ? throw Busy() : Task.FromResult(tries));

        Assert.Equal(9, await PassAsync(answer));
        var pauses = _triedAt.Zip(_triedAt.Skip(1), (one, next) => next - one).ToList();
        Assert.All(pauses.Index(), pause =>
            Assert.InRange(pause.Item, TimeSpan.Zero, TimeSpan.FromSeconds(Math.Min(5, 0.2 * (1 << pause.Index))) + Step));
        Assert.True(pauses.Distinct().Count() > 4);
        Assert.Equal(8, _retried.Count);
    }

    [Fact]
    public async Task Run_RetryAfter_IsWaitedFor()
    {
        var answer = Run(tries => tries < 2 ? throw Busy(TimeSpan.FromSeconds(7)) : Task.FromResult(tries));

        await PassAsync(answer);
        Assert.InRange(_triedAt[1], TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7) + Step);
    }

    [Fact]
    public async Task Run_RetryAfterBeyondTheDeadline_IsGivenUpAtOnce()
    {
        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => PassAsync(Run(_ => throw Busy(TimeSpan.FromSeconds(31)))));

        Assert.Single(_triedAt);
        Assert.Equal("The bucket media is too busy to store a (tried once in 0.0 s): 503, Backend Error.", refusal.Message);
    }

    [Fact]
    public async Task Run_FailsUntilTheDeadline_IsGivenUpThen()
    {
        await Assert.ThrowsAsync<StorageUnavailableException>(() => PassAsync(Run(_ => throw Busy())));

        Assert.InRange(_triedAt[^1], TimeSpan.FromSeconds(20), Call.Deadline);
        Assert.InRange(Elapsed, TimeSpan.FromSeconds(20), Call.Deadline + Step);
    }

    [Fact]
    public async Task Run_NeverAnswers_EachTryHasItsTimeAndAllHaveTheDeadline()
    {
        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(() => PassAsync(Run(
            (_, token) =>
            {
                var never = new TaskCompletionSource<int>();
                token.Register(() => never.TrySetCanceled(token));
                return never.Task;
            })));

        Assert.InRange(_triedAt.Count, 3, 4);
        Assert.InRange(Elapsed, TimeSpan.FromSeconds(24), Call.Deadline + (Step * 3));
        Assert.Contains("cannot be reached to store a", refusal.Message, StringComparison.Ordinal);
        Assert.All(_retried, kind => Assert.Equal(GcsFaultKind.Silent, kind));
    }

    [Fact]
    public async Task Run_BrokenNetwork_IsTriedAgain()
    {
        var answer = Run(tries => tries switch
        {
            1 => throw new HttpRequestException("refused"),
            2 => throw new HttpIOException(HttpRequestError.ResponseEnded),
            3 => throw new IOException("reset"),
            _ => Task.FromResult(tries),
        });

        Assert.Equal(4, await PassAsync(answer));
    }

    [Theory]
    [InlineData(GcsFaultKind.Unknown, "does not know who this node is: Why. Check GOOGLE_APPLICATION_CREDENTIALS")]
    [InlineData(GcsFaultKind.Forbidden, "does not let this node's account store a: Why. Give it the role Storage Object User")]
    [InlineData(GcsFaultKind.NoBucket, "There is no bucket media")]
    [InlineData(GcsFaultKind.Refused, "The bucket media refuses to store a: Why.")]
    public async Task Run_ThatTryingDoesNotHelp_IsSaidAtOnce(object kind, string sentence)
    {
        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => PassAsync(Run(_ => throw new GcsFault((GcsFaultKind)kind, "Why"))));

        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.Single(_triedAt);
    }

    [Fact]
    public async Task Run_Conflict_Passes()
    {
        await Assert.ThrowsAsync<StorageConflictException>(
            () => PassAsync(Run(_ => throw new StorageConflictException("It is taken."))));

        Assert.Single(_triedAt);
    }

    [Fact]
    public async Task Run_OnAThreadThatIsNoneOfThePool_GoesOnInThePool()
    {
        Task<bool>? run = null;
        var sockets = new Thread(() => run = GoOnAsync());
        sockets.Start();
        sockets.Join();

        Assert.True(await run!);

        async Task<bool> GoOnAsync()
        {
            await Run(Task.FromResult)().ConfigureAwait(false);
            return Thread.CurrentThread.IsThreadPoolThread;
        }
    }

    [Fact]
    public async Task Run_CancelledInAPause_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        var answer = Run(_ => throw Busy(TimeSpan.FromSeconds(20)), cancelled.Token)();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    [Fact]
    public void Said_LongAndWild_IsOneBoundedSentence()
    {
        var said = GcsSentences.Said(new IOException("one\r\n\u001b[31mtwo" + new string('x', 1000)));

        Assert.Equal(301, said.Length);
        Assert.StartsWith("one   [31mtwo", said, StringComparison.Ordinal);
    }

    private static GcsFault Busy(TimeSpan? retryAfter = null) => new(GcsFaultKind.Busy, "Backend Error")
    {
        Status = HttpStatusCode.ServiceUnavailable,
        RetryAfter = retryAfter,
    };

    private TimeSpan Elapsed => _time.GetUtcNow() - _time.Start;

    private Func<Task<int>> Run(Func<int, Task<int>> request, CancellationToken cancellationToken = default) =>
        Run((tries, _) => request(tries), cancellationToken);

    private Func<Task<int>> Run(Func<int, CancellationToken, Task<int>> request, CancellationToken cancellationToken = default)
    {
        var retry = new GcsRetry(new GcsOptions { Bucket = "media" }, _time, _retried.Add);
        return () => retry.RunAsync(
            Call,
            token =>
            {
                _triedAt.Add(Elapsed);
                return request(_triedAt.Count, token);
            },
            cancellationToken);
    }

    /// <summary>
    /// Lets time pass until it has an answer. Nothing in it waits for anything else, so that what a step of time leads to is done before
    /// the next step: on this thread, which has no context that would have it done on another.
    /// </summary>
    private Task<int> PassAsync(Func<Task<int>> run) => Task.Run(() =>
    {
        var answer = run();
        while (!answer.IsCompleted)
        {
            _time.Advance(Step);
        }

        return answer;
    });
}
