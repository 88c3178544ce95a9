"""The till on the screen: windows, screens, widgets and devices. The only room, with the demo, that knows Qt."""
