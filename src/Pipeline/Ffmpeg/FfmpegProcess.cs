using System.ComponentModel;
using System.Diagnostics;
using Streaming.Pipeline.Processes;

namespace Streaming.Pipeline.Ffmpeg;

/// <summary>
/// One run of ffmpeg. It is fed on its standard input; what it makes comes out on its standard output, or where its arguments say. It
/// ends when this process does, killed even, and when it is disposed of.
/// </summary>
public sealed class FfmpegProcess : IAsyncDisposable
{
    private const int BlockLength = 16 * 1024;

    private readonly ChildProcess _process;

    private FfmpegProcess(ChildProcess process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Completes when it has ended.</summary>
    public Task Exited => _process.Exited;

    /// <summary>Starts it.</summary>
    /// <param name="program">The program, as found on the path.</param>
    /// <param name="arguments">All arguments.</param>
    /// <param name="priority">Below normal for what may wait: live broadcasts come first.</param>
    /// <exception cref="Win32Exception">The program is not there or does not start; where that is known at once.</exception>
    public static async Task<FfmpegProcess> StartAsync(
        string program, IReadOnlyList<string> arguments, ProcessPriorityClass priority = ProcessPriorityClass.Normal) =>
        new(await ChildProcess.StartAsync(program, arguments, priority).ConfigureAwait(false));

    /// <summary>
    /// Gives it its input, which ends with what <paramref name="write"/> writes. It may take no more before that: it has what it needs,
    /// or its exit says why not.
    /// </summary>
    public async Task FeedAsync(Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var input = _process.Input;
        try
        {
            await using (input.ConfigureAwait(false))
            {
                await write(input, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // It has closed its input.
        }
    }

    /// <summary>All that comes out on its standard output; empty when nothing does.</summary>
    /// <exception cref="IOException">It is longer than that.</exception>
    public async Task<byte[]> ReadOutputAsync(int lengthMax, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        var block = new byte[BlockLength];
        while (await _process.Output.ReadAsync(block, cancellationToken).ConfigureAwait(false) is > 0 and var length)
        {
            if (output.Length + length > lengthMax)
            {
                throw new IOException($"What ffmpeg gives has more than {lengthMax:N0} bytes.");
            }

            output.Write(block, 0, length);
        }

        return output.ToArray();
    }

    /// <summary>Lets go of what comes out on its standard output, on which nothing is expected: unread, it would hold it up.</summary>
    public Task DiscardOutputAsync(CancellationToken cancellationToken) => _process.Output.CopyToAsync(Stream.Null, cancellationToken);

    /// <summary>Waits for its end, and says how it was.</summary>
    public async Task<FfmpegExit> ExitAsync(CancellationToken cancellationToken)
    {
        await _process.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new(_process.ExitCode, _process.WasNotFound, await _process.LastWordsAsync().ConfigureAwait(false));
    }

    /// <summary>Ends it if it has not ended, with what it has started, and waits until it is gone.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
