namespace Streaming.Gateway.Tests.Nodes;

/// <summary>A shell script in the place of ffmpeg.</summary>
internal sealed class ScriptedProgram : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("streaming-program-").FullName;

    public ScriptedProgram(string script)
    {
        File.WriteAllText(Path, "#!/bin/sh\n" + script + "\n");
        using var chmod = System.Diagnostics.Process.Start("chmod", ["+x", Path]);
        chmod.WaitForExit();
    }

    public string Path => System.IO.Path.Combine(_folder, "program");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
