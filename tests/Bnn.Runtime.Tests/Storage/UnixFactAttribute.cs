namespace Bnn.Runtime.Tests.Storage;

/// <summary>A test of links, modes, devices and pipes as Unix has them.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "needs the file system of a Unix";
    }
}
