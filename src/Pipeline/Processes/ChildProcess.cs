using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Streaming.Pipeline.Processes;

/// <summary>
/// A program that works for this process. It ends when this process does, killed even; and what it says goes nowhere but into
/// <see cref="LastWordsAsync"/>: its standard error is read here, its standard output is its owner's to read.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    // What exec(2)'s failures become, here and in a shell: not executable, not found.
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    // For what its own children, which outlive it, may still say.
    private static readonly TimeSpan LastWordsTimeout = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly string _program;
    private readonly LastLines _errors;
    private readonly Task _reading;
    private readonly CancellationTokenSource _ending = new();

    private ChildProcess(Process process, string program)
    {
        (_process, _program) = (process, program);
        Id = process.Id;
        _errors = new LastLines(process.StandardError);
        _reading = _errors.ReadAsync(_ending.Token);
        Exited = process.WaitForExitAsync();
    }

    public int Id { get; }

    /// <summary>Its standard input.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Its standard output: who does not read it holds the program up.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Completes when it has ended.</summary>
    public Task Exited { get; }

    /// <summary>Only after it has exited.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>It never ran, as its exit code says, because it is not there or is no program.</summary>
    public bool WasNotFound => ExitCode is NotExecutable or NotFound;

    /// <summary>Starts a program.</summary>
    /// <exception cref="Win32Exception">It is not there or does not start; where that is known at once.</exception>
    public static async Task<ChildProcess> StartAsync(
        string program, IReadOnlyList<string> arguments, ProcessPriorityClass priority = ProcessPriorityClass.Normal)
    {
        var start = ParentDeath.Follow(program, arguments);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardErrorEncoding = Encoding.UTF8;
        start.UseShellExecute = false;
        var process = new Process { StartInfo = start };
        try
        {
            await ParentDeath.StartAsync(process).ConfigureAwait(false);
        }
        catch
        {
            process.Dispose();
            throw;
        }

        if (priority != ProcessPriorityClass.Normal)
        {
            SetPriority(process, priority);
        }

        return new ChildProcess(process, program);
    }

    /// <summary>The end of what it said on its standard error, once it has exited: bounded and clean.</summary>
    public async Task<string> LastWordsAsync()
    {
        await _reading.WaitAsync(LastWordsTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _errors.Text;
    }

    /// <summary>Ends it if it has not ended, with what it has started, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (Exception e) when (e is Win32Exception or InvalidOperationException or AggregateException)
            {
                // It has ended meanwhile, or something that it started has.
            }
        }

        await Exited.ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
        _process.Dispose();
    }

    public override string ToString() => $"{_program} ({Id})";

    private static void SetPriority(Process process, ProcessPriorityClass priority)
    {
        try
        {
            process.PriorityClass = priority;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }
    }
}
