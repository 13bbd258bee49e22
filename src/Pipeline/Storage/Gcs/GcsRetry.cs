using System.Globalization;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// Makes requests again that may succeed another time: after a random pause that may be twice as long each time (full jitter), or after
/// the one that the service asks for, up to a deadline for all together. What is tried here can be tried twice: it ends in the same
/// state. What does not succeed becomes one of the exceptions of <see cref="IMediaStorage"/>.
/// </summary>
/// <param name="options">Pauses, and the bucket for the sentences.</param>
/// <param name="time">Of pauses and deadlines.</param>
/// <param name="retried">Told what failed when it is tried again.</param>
/// <param name="stopped">Nothing is tried any longer: the node has to stop.</param>
internal sealed class GcsRetry(
    GcsOptions options, TimeProvider time, Action<GcsFaultKind>? retried = null, CancellationToken stopped = default)
{
    // Doubled no more often: by then every pause is the longest.
    private const int DoublingsMax = 16;

    /// <param name="call">What it is for.</param>
    /// <param name="request">One try, which throws what <see cref="IMediaStorage"/> throws, <see cref="GcsFault"/>, or what networks fail
    /// with.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<T> RunAsync<T>(
        GcsCall call, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var left = call.Deadline - time.GetElapsedTime(began);
            var timeout = Shorter(left, call.RequestTimeout);
            var (answer, fault) = await TryAsync(call, timeout, request, cancellationToken).ConfigureAwait(false);
            await EventThread.LeaveAsync().ConfigureAwait(false); // Who called may go on with what waits for a disk.
            if (fault is null)
            {
                return answer!;
            }

            if (stopped.IsCancellationRequested)
            {
                throw new StorageUnavailableException(
                    $"The node stops before the bucket {options.Bucket} was able to {call.What}: {GcsSentences.Said(fault)}", fault);
            }

            if (!fault.IsTransient)
            {
                throw GcsSentences.Of(fault, call, options);
            }

            var pause = Pause(tries);
            pause = fault.RetryAfter > pause ? fault.RetryAfter.Value : pause;
            if (pause >= call.Deadline - time.GetElapsedTime(began))
            {
                throw GcsSentences.GivenUp(fault, call, options, tries, time.GetElapsedTime(began));
            }

            retried?.Invoke(fault.Kind);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopped);
            await Task.Delay(pause, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<(T? Answer, GcsFault? Fault)> TryAsync<T>(
        GcsCall call, TimeSpan timeout, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Shorter(timeout, TimeSpan.FromDays(1)), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopped, cancellationToken);
        try
        {
            return (await request(either.Token).ConfigureAwait(false), null);
        }
        catch (GcsFault fault)
        {
            return (default, fault);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = string.Create(CultureInfo.InvariantCulture, $"no answer for {timeout.TotalSeconds:0.#} s");
            return (default, new GcsFault(GcsFaultKind.Silent, reason, e));
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            return (default, new GcsFault(GcsFaultKind.Broken, e.InnerException?.Message ?? e.Message, e));
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            return (default, new GcsFault(GcsFaultKind.Broken, e.Message, e));
        }
    }

    /// <summary>Anything up to a bound, so that those who failed together do not come back together.</summary>
    private TimeSpan Pause(int tries)
    {
        var bound = Shorter(options.PauseMin * (1 << Math.Min(tries - 1, DoublingsMax)), options.PauseMax);
#pragma warning disable CA5394 // No secret: it spreads load.
        return bound * Random.Shared.NextDouble();
#pragma warning restore CA5394
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? (one > TimeSpan.Zero ? one : TimeSpan.Zero) : other;
}
