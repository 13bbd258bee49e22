namespace Streaming.Cluster.Channels;

/// <content>What it tells of its own life.</content>
public sealed partial class ChannelEntity
{
    protected override void OnReplaySuccess()
    {
        _telling.Recovered();
        base.OnReplaySuccess();
    }

    protected override void PreRestart(Exception reason, object message)
    {
        _life.Restarts();
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        _life.Stops();
        base.PostStop();
    }
}
