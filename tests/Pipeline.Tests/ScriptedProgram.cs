namespace Streaming.Pipeline.Tests;

/// <summary>A shell script in the place of ffmpeg.</summary>
internal sealed class ScriptedProgram : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("streaming-program-").FullName;

    /// <param name="script">Its lines. It finds its own folder in <c>${0%/*}</c>.</param>
    public ScriptedProgram(string script)
    {
        File.WriteAllText(Path, "#!/bin/sh\n" + script + "\n");
        using var chmod = System.Diagnostics.Process.Start("chmod", ["+x", Path]);
        chmod.WaitForExit();
    }

    public string Path => Beside("program");

    /// <summary>A file in its folder, which goes with it.</summary>
    public string Beside(string name) => System.IO.Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
