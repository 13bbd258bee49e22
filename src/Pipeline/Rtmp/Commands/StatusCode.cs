namespace Streaming.Pipeline.Rtmp.Commands;

/// <summary>
/// The codes of info objects that are sent here. RTMP 1.0 §7.2 names the field, Adobe's NetStatusEvent the values.
/// </summary>
internal static class StatusCode
{
    public const string CallFailed = "NetConnection.Call.Failed";
    public const string ConnectSuccess = "NetConnection.Connect.Success";
    public const string ConnectAppShutdown = "NetConnection.Connect.AppShutdown";
    public const string ConnectIdleTimeOut = "NetConnection.Connect.IdleTimeOut";
    public const string ConnectReconnectRequest = "NetConnection.Connect.ReconnectRequest";
    public const string PlayFailed = "NetStream.Play.Failed";
    public const string PublishBadName = "NetStream.Publish.BadName";
    public const string PublishStart = "NetStream.Publish.Start";
    public const string PublishUnauthorized = "NetStream.Publish.Unauthorized";
    public const string StreamFailed = "NetStream.Failed";
    public const string UnpublishSuccess = "NetStream.Unpublish.Success";
}
